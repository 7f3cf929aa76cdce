package ownwrites

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// patience is how long reads wait for a write, from its end.
	patience = 10 * time.Second
	// shortestPause and longestPause are between two reads of one that waits: each pause is twice the one before.
	shortestPause = 50 * time.Millisecond
	longestPause  = time.Second
)

// Registry is a registry whose reads show what this process has written through it, or wait until they do. It is safe for
// concurrent use.
type Registry struct {
	registry.Client

	mu     sync.Mutex
	models map[string]*history
	// ended counts the writes that have ended.
	ended int
	// lists counts those that are under way.
	lists int
	// lags says that a read did not show an own write at once, and none has failed to show one in the end.
	lags, failed bool
}

// New returns the registry behind target, to which nothing was written yet.
func New(target registry.Client) *Registry {
	return &Registry{Client: target, models: make(map[string]*history)}
}

// Forget says that another walk begins. Reads still wait for what was written in the one before, and then believe what they see: the
// walk that begins accuses nobody of what it finds.
func (r *Registry) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, h := range r.models {
		h.forgetReads()
		if len(h.writes) == 0 && h.reads == 0 {
			delete(r.models, name)
		}
		for _, w := range h.writes {
			w.past = true
		}
	}
}

// Model returns one registered model, with what this process has written to it. A *registry.StaleError comes together with what
// was read.
func (r *Registry) Model(ctx context.Context, name string) (registry.Model, error) {
	var model registry.Model
	err := r.read(ctx, name, func() (sight, error) {
		var err error
		model, err = r.Client.Model(ctx, name)
		return sight{view: ofModel, model: model}, err
	})
	return model, err
}

// Version returns one version of a model: see Model.
func (r *Registry) Version(ctx context.Context, model string, number registry.Number) (registry.Version, error) {
	var version registry.Version
	err := r.read(ctx, model, func() (sight, error) {
		var err error
		version, err = r.Client.Version(ctx, model, number)
		return sight{view: ofVersion, number: number, version: version}, err
	})
	return version, err
}

// Versions returns every version of a model: see Model.
func (r *Registry) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	var versions []registry.Version
	err := r.read(ctx, model, func() (sight, error) {
		var err error
		versions, err = r.Client.Versions(ctx, model)
		return sight{view: ofVersions, versions: versions}, err
	})
	return versions, err
}

// read looks at a model until it shows what this process had written to it when the look began, or the patience is over.
func (r *Registry) read(ctx context.Context, model string, look func() (sight, error)) error {
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		upTo := r.enter(model)
		shown, err := look()
		// A server with users refuses questions about what does not exist.
		shown.missing = errors.Is(err, registry.ErrNotFound) || errors.Is(err, registry.ErrPermissionDenied)
		var missed missed
		if err == nil || shown.missing {
			missed = r.compare(model, &shown, upTo)
		}
		r.leave(model)
		if len(missed.writes) == 0 {
			return err
		}
		r.notice(!missed.due.After(time.Now()))
		stale := &registry.StaleError{Model: model, Writes: missed.writes, Patience: patience, Answer: err}
		if !missed.due.After(time.Now()) {
			return stale
		}
		if !sleep(ctx, min(pause, time.Until(missed.due))) {
			return errors.Join(context.Cause(ctx), stale)
		}
	}
}

// enter begins a read of a model, and returns how many writes have ended.
func (r *Registry) enter(model string) (upTo int) {
	h := r.begin(model)
	defer r.mu.Unlock()
	h.reads++
	return r.ended
}

// leave ends it. Writes that others have replaced are not needed any more once no read is under way that began before.
func (r *Registry) leave(model string) {
	h := r.begin(model)
	defer r.mu.Unlock()
	if h.reads--; h.reads == 0 && r.lists == 0 {
		h.drop(func(w *write) bool { return w.replaced != 0 })
	}
}

// notice remembers that reads lag, or that they do not catch up.
func (r *Registry) notice(failed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lags = true
	r.failed = r.failed || failed
}

// readBack waits until a write is shown, if reads of this server are known to lag: whoever plans next, in another process, should see
// what this one has left behind. With number 0 it is a write to the model, else to that version.
func (r *Registry) readBack(ctx context.Context, model string, number registry.Number) {
	r.mu.Lock()
	needed := r.lags && !r.failed
	r.mu.Unlock()
	if !needed {
		return
	}
	// What is not shown in the end is told to whoever reads it.
	if number == 0 {
		_, _ = r.Model(ctx, model)
	} else {
		_, _ = r.Version(ctx, model, number)
	}
}

// missed is what a read does not show: writes, in words, and until when they are waited for.
type missed struct {
	writes []string
	due    time.Time
}

// compare keeps what a read has shown, and returns what it does not show.
func (r *Registry) compare(model string, shown *sight, upTo int) missed {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.history(model)
	var m missed
	for _, w := range h.compare(shown, upTo) {
		m.writes = append(m.writes, w.what)
		if w.due.After(m.due) {
			m.due = w.due
		}
	}
	h.remember(shown)
	return m
}

// history returns that of a model. The caller holds mu.
func (r *Registry) history(model string) *history {
	h, ok := r.models[model]
	if !ok {
		h = &history{}
		r.models[model] = h
	}
	return h
}

// sleep waits, and reports whether the context lasted.
func sleep(ctx context.Context, span time.Duration) bool {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

package claim

import (
	"context"
	"sync"
	"time"
)

// Walk counts the requests of Terraform that a process is at work on. Terraform says neither what else it is going to plan nor when it is
// through, but what it has asked for and has no answer to yet, such as a read that takes long, may bring what another request waits for.
type Walk struct {
	mu       sync.Mutex
	underway int
	changed  chan struct{}
	// waiting counts the requests that wait for others.
	waiting int
	// idle is since when nothing is under way and nobody waits, so that it is Terraform's turn; zero when it is not.
	idle time.Time
	// pace is the longest time that Terraform has taken for its turn.
	pace time.Duration
}

type walkKey struct{}

// walkOf returns the walk that a request is part of; a nil one counts nothing and is always at rest.
func walkOf(ctx context.Context) *Walk {
	w, _ := ctx.Value(walkKey{}).(*Walk)
	return w
}

// Begin counts a request, until end is called.
func (w *Walk) Begin(ctx context.Context) (within context.Context, end func()) {
	w.add(1, 0)
	return context.WithValue(ctx, walkKey{}, w), func() { w.add(-1, 0) }
}

// pause does not count a request while it waits for others, until resume is called.
func (w *Walk) pause() (resume func()) {
	if w == nil {
		return func() {}
	}
	w.add(-1, 1)
	return func() { w.add(1, -1) }
}

// atRest reports whether nothing is under way, and how long Terraform has taken between two requests so far. changed is closed once
// that may have changed.
func (w *Walk) atRest() (rest bool, pace time.Duration, changed <-chan struct{}) {
	if w == nil {
		return true, 0, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.underway == 0, w.pace, w.changed
}

func (w *Walk) add(requests, waiting int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.idle.IsZero() {
		w.pace = max(w.pace, time.Since(w.idle))
		w.idle = time.Time{}
	}
	w.underway += requests
	w.waiting += waiting
	if w.underway == 0 && w.waiting == 0 {
		w.idle = time.Now()
	}
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

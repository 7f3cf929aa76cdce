package handover

import (
	"context"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Registration is a version that this run has registered, or taken over, and the lease on it. The lease is renewed until
// Finish, FinishLater or GiveUp ends it.
type Registration struct {
	// Version is the version as it was registered or found. One that was taken over may have another description and other
	// tags than the wanted ones.
	Version registry.Version
	// Taken says that an earlier run registered it.
	Taken bool
	// Unmarked is the registry's refusal of UnfinishedTag, without which the version was registered then: there is no lease on it,
	// and nobody finds it again whose run does not come to its end. Nil where the registry takes the tag.
	Unmarked error

	engine *Engine
	run    string
	mu     sync.Mutex
	until  time.Time
	end    context.CancelFunc
	ended  chan struct{}
	// completed and removal are set by FinishLater: when the registration was complete, and the timer that takes its lease off.
	completed time.Time
	removal   *time.Timer
}

// renewed returns a lease that begins now.
func (r *Registration) renewed() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = r.engine.clock.ServerTime().Add(leaseTime)
	return lease{run: r.run, until: r.until}.String()
}

// keep renews the lease while the registration lasts.
func (r *Registration) keep(ctx context.Context) {
	lasting, end := context.WithCancel(context.WithoutCancel(ctx))
	r.end, r.ended = end, make(chan struct{})
	go func() {
		defer close(r.ended)
		ticker := time.NewTicker(leaseTime / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.renew(lasting)
			case <-lasting.Done():
				return
			}
		}
	}()
}

// renew writes the lease anew. A renewal that was answered only after the old lease had run out does not count: somebody may
// have taken the version over in between (see Held).
func (r *Registration) renew(ctx context.Context) {
	r.mu.Lock()
	before := r.until
	r.mu.Unlock()
	now := r.engine.clock.ServerTime()
	next := lease{run: r.run, until: now.Add(leaseTime)}
	if !now.Before(before) {
		return
	}
	err := r.engine.registry.SetVersionTag(ctx, r.Version.Model, r.Version.Number, UnfinishedTag, next.String())
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && r.engine.clock.ServerTime().Before(before) {
		r.until = next.until
	}
}

// Held makes sure that the lease still runs for a while, and renews it if not. It is a *TakenError if the lease has run out
// and another run has the version by now.
func (r *Registration) Held(ctx context.Context) error {
	if r.Unmarked != nil {
		return nil
	}
	r.mu.Lock()
	until := r.until
	r.mu.Unlock()
	if r.engine.clock.ServerTime().Add(leaseTime / 3).Before(until) {
		return nil
	}
	r.renew(ctx)
	r.mu.Lock()
	renewed := r.until.After(until)
	r.mu.Unlock()
	if renewed {
		return nil
	}
	// It has run out, so that the version belongs to nobody: this run claims it as any other would.
	unlock, err := r.engine.locks.lock(ctx, r.Version.Model)
	if err != nil {
		return err
	}
	defer unlock()
	wanted := Registering{
		NewVersion: registry.NewVersion{
			Model: r.Version.Model, Source: r.Version.Source, RunID: r.Version.RunID, RunLink: r.Version.RunLink,
		},
		Take: r.Version.Number, Goal: Goal{Model: r.Version.Model},
	}
	_, err = r.engine.driveRegistrar(ctx, wanted, r, time.Time{})
	return err
}

// Finish takes the lease off: the version is in a state, or will be in a moment.
func (r *Registration) Finish(ctx context.Context) error {
	return r.conclude(ctx, func(ctx context.Context) error {
		return r.engine.deleteTag(ctx, r.Version.Model, r.Version.Number, UnfinishedTag)
	})
}

// GiveUp ends the lease before it runs out: no state has the version, and the next apply may take it over. One without a lease stays as
// it is.
func (r *Registration) GiveUp(ctx context.Context) error {
	return r.conclude(ctx, func(ctx context.Context) error {
		r.engine.runs.names.Delete(r.run)
		return r.engine.registry.SetVersionTag(ctx, r.Version.Model, r.Version.Number, UnfinishedTag, lease{run: r.run}.String())
	})
}

// conclude ends the renewals, makes sure that the version belongs to this run, and then does what ends the registration. For a version
// without a lease there is nothing to do.
func (r *Registration) conclude(ctx context.Context, end func(ctx context.Context) error) error {
	if r.Unmarked != nil {
		return nil
	}
	r.stop()
	ctx, cancel := withGrace(ctx)
	defer cancel()
	if err := r.Held(ctx); err != nil {
		return err
	}
	return end(ctx)
}

func (r *Registration) stop() {
	r.end()
	<-r.ended
}

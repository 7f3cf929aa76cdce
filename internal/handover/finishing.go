package handover

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// finishMargin is how long before the end of a lease it is taken off at the latest.
	finishMargin = 5 * time.Second
	// finishAge is how long a lease stays on a version at least after its registration is complete, while the process lives.
	finishAge = 2 * time.Second
	// maxFinishing is how many complete registrations keep their leases at once: Close has to take them off in a second or two.
	maxFinishing = 16
)

// finishing are the registrations that are complete and bear their leases still, the oldest first. Terraform writes its state some
// time after a create has returned: a version whose run is killed before that is to be found by its lease.
type finishing struct {
	mu      sync.Mutex
	waiting []*Registration
	busy    sync.WaitGroup
}

// FinishLater makes sure that the version belongs to this run, as Finish does, and takes the lease off later: shortly before it runs
// out, sooner where many wait, by Close at the end of the process, or by FinishStored if the process was killed. Its errors are those
// of Finish, but for those of the removal.
func (r *Registration) FinishLater(ctx context.Context) error {
	return r.conclude(ctx, func(context.Context) error {
		r.engine.finishing.add(r)
		return nil
	})
}

// add lets the lease of a registration stay for a while, and shortens the time of the oldest where many wait.
func (f *finishing) add(r *Registration) {
	r.mu.Lock()
	late := r.until.Sub(r.engine.clock.ServerTime()) - finishMargin
	r.completed = time.Now()
	r.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, r)
	r.removal = time.AfterFunc(late, func() { f.end(context.Background(), r) })
	if excess := len(f.waiting) - maxFinishing; excess > 0 {
		for _, oldest := range f.waiting[:excess] {
			oldest.removal.Reset(max(0, finishAge-time.Since(oldest.completed)))
		}
	}
}

// Lease returns the name by which FinishStored knows the lease again; empty for a version without one.
func (r *Registration) Lease() string {
	if r.Unmarked != nil {
		return ""
	}
	return r.run
}

// end takes off the lease of a registration that waits for it, unless somebody else was first.
func (f *finishing) end(ctx context.Context, r *Registration) {
	f.mu.Lock()
	at := slices.Index(f.waiting, r)
	if at < 0 {
		f.mu.Unlock()
		return
	}
	f.waiting = slices.Delete(f.waiting, at, at+1)
	f.busy.Add(1)
	f.mu.Unlock()
	defer f.busy.Done()
	r.removal.Stop()
	r.takeOff(ctx)
}

// takeOff takes the lease off while it runs. One that has run out may be another run's by now, and one that cannot be removed stays:
// the next read of the state that has the version takes it off (FinishStored).
func (r *Registration) takeOff(ctx context.Context) {
	r.mu.Lock()
	left := r.until.Sub(r.engine.clock.ServerTime())
	r.mu.Unlock()
	if left < time.Second {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	_ = r.engine.deleteTag(ctx, r.Version.Model, r.Version.Number, UnfinishedTag)
}

// Close takes off the leases of all registrations that are complete, at once, as long as ctx lasts. The process is about to end.
func (e *Engine) Close(ctx context.Context) {
	f := &e.finishing
	f.mu.Lock()
	waiting := slices.Clone(f.waiting)
	f.mu.Unlock()
	for _, r := range waiting {
		f.busy.Go(func() { f.end(ctx, r) })
	}
	f.busy.Wait()
}

// FinishStored takes the lease of a run, whose name Lease told, off a version that is in the state: a process that was killed after
// Terraform had written its state could not. It reports whether the lease is off. Another run's lease on the version is a *TakenError.
func (e *Engine) FinishStored(ctx context.Context, version registry.Version, run string) (bool, error) {
	mark, marked := markOf(version)
	switch {
	case run == "" || !marked:
		return true, nil
	case mark.run != run:
		return false, &TakenError{Model: version.Model, Version: version.Number}
	}
	if err := e.deleteTag(ctx, version.Model, version.Number, UnfinishedTag); err != nil && !errors.Is(err, registry.ErrNotFound) {
		return false, err
	}
	return true, nil
}

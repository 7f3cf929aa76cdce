package handover

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
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

// runs are the names of the leases that this process holds, or has held.
type runs struct{ names sync.Map }

func (r *runs) add(run string) { r.names.Store(run, true) }

func (r *runs) has(run string) bool {
	_, ours := r.names.Load(run)
	return ours
}

// Register registers a version exactly once, or takes over the one that wanted names. Before it does, it refuses with an
// *IntruderError if the goal's stage is held by a version that the reviewed plan does not archive, and with the errors of
// Check, so that a promotion which cannot happen leaves no version behind. A version from the same origin on which another
// run has a lease is waited for. When the answer is lost, the version that the lost call made is found by its lease; if none
// appears as long as the server may be at work on it, that is a *LostError and not a second registration. A registry that refuses
// UnfinishedTag gets the version without it (see Registration.Unmarked): a lost answer is an *AppearedError there.
func (e *Engine) Register(ctx context.Context, wanted Registering) (*Registration, error) {
	asked := e.clock.ServerTime()
	unlock, err := e.locks.lock(ctx, wanted.Model)
	if err != nil {
		return nil, err
	}
	defer unlock()
	wanted.NewVersion = resolved(ctx, e.registry, wanted.NewVersion)
	held := &Registration{engine: e, run: rand.Text()}
	e.runs.add(held.run)
	machine, err := e.driveRegistrar(ctx, wanted, held, asked)
	if err != nil {
		return nil, err
	}
	held.Version, held.Taken = machine.version, machine.take != 0
	if machine.unmarked != nil && !held.Taken {
		held.Unmarked = machine.unmarked
		e.markRefused.Store(&held.Unmarked)
		return held, nil
	}
	held.keep(ctx)
	return held, nil
}

// driveRegistrar drives a registrar for a run to its end. asked is when its caller came.
func (e *Engine) driveRegistrar(ctx context.Context, wanted Registering, held *Registration, asked time.Time) (*registrar, error) {
	machine := newRegistrar(wanted, held.run, e.runs.has, 1+e.pacing.Repetitions)
	machine.asked = asked
	if refusal := e.markRefused.Load(); refusal != nil {
		machine.unmarked = *refusal
	}
	drive := &drive{Engine: e, ctx: ctx, model: wanted.Model}
	defer drive.end()
	event := registrarEvent{now: e.clock.ServerTime()}
	for {
		action := machine.next(event)
		if action.do == registrarFinish {
			machine.version = action.version
			return machine, action.err
		}
		event = drive.register(action, wanted.NewVersion, held)
	}
}

// register does one action of a registrar, and returns what came of it.
func (d *drive) register(action registrarAction, wanted registry.NewVersion, held *Registration) registrarEvent {
	noLonger := !d.lost.IsZero() && time.Since(d.lost) >= d.lateness()
	var event registrarEvent
	switch action.do {
	case registrarLook:
		event.Event = d.do(Action{Do: DoLook})
	case registrarSendCreate:
		if !d.begun {
			d.begun = true
			d.extend(withGrace(d.ctx))
		}
		wanted.Tags = maps.Clone(wanted.Tags)
		if wanted.Tags == nil {
			wanted.Tags = make(map[string]string)
		}
		if !action.unmarked {
			wanted.Tags[UnfinishedTag] = held.renewed()
		}
		event.version, event.Err = d.registry.CreateVersion(d.ctx, wanted)
		d.lost = time.Now()
	case registrarSetTag:
		event.Err = d.registry.SetVersionTag(d.ctx, d.model, action.number, action.key, held.renewed())
	case registrarDeleteTag:
		event.Err = d.deleteTag(d.ctx, d.model, action.number, action.key)
	default:
		if action.until.IsZero() {
			d.pause(d.ctx, Action{Do: DoWait, Wait: action.wait, Count: action.count, RetryAfter: action.retryAfter})
		} else {
			d.awaitLease(d.ctx, action.until)
		}
	}
	event.Over, event.NoLonger, event.now = d.ctx.Err() != nil, noLonger, d.clock.ServerTime()
	return event
}

// awaitLease waits for somebody's lease: not longer than it runs, and some seconds at most, for its run may end it.
func (e *Engine) awaitLease(ctx context.Context, until time.Time) {
	timer := time.NewTimer(min(until.Sub(e.clock.ServerTime()), 2*time.Second))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// deleteTag removes a tag of the provider's own. That takes more rights than registering a version (MANAGE and EDIT, in
// MLflow's words): for a user without them the tag stays, with an empty value, which says nothing.
func (e *Engine) deleteTag(ctx context.Context, model string, number registry.Number, key string) error {
	err := e.registry.DeleteVersionTag(ctx, model, number, key)
	if errors.Is(err, registry.ErrPermissionDenied) {
		return e.registry.SetVersionTag(ctx, model, number, key, "")
	}
	return err
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

// WaitReady polls a version until it is READY, at growing intervals of up to five seconds. A registration that failed
// is a *NotReadyError with the registry's message; so is a context that ends first, joined with its cause.
func (e *Engine) WaitReady(ctx context.Context, version registry.Version) (registry.Version, error) {
	for interval := 200 * time.Millisecond; ; interval = min(2*interval, 5*time.Second) {
		notReady := &NotReadyError{
			Model: version.Model, Version: version.Number, Status: version.Status, Message: version.StatusMessage,
		}
		switch version.Status {
		case registry.StatusReady:
			return version, nil
		case registry.StatusFailed:
			return version, notReady
		}
		timer := time.NewTimer(interval)
		select {
		case <-ctx.Done():
			timer.Stop()
			return version, errors.Join(notReady, context.Cause(ctx))
		case <-timer.C:
		}
		now, err := e.registry.Version(ctx, version.Model, version.Number)
		if err != nil {
			return version, err
		}
		version = now
	}
}

// Reviewed returns the versions that going to stage would archive, as a plan shows them: the other holders in view, in
// ascending order, or none when the goal is not exclusive.
func Reviewed(view View, goal Goal) []registry.Number {
	if !goal.Exclusive() {
		return nil
	}
	return view.Others(goal.Stage, goal.Version)
}

// Left returns the version that an apply should take over instead of registering wanted, from the versions that a plan has
// read, and whether there is one. Its lease has run out, or was given up. leased are those from the same origin on which
// another run still has a lease: the apply waits for them.
func (e *Engine) Left(
	ctx context.Context, versions []registry.Version, wanted registry.NewVersion, stage registry.Stage,
) (left registry.Version, found bool, leased []registry.Number) {
	marked := false
	for _, version := range versions {
		_, has := markOf(version)
		marked = marked || has
	}
	if !marked {
		return registry.Version{}, false, nil
	}
	now := e.clock.ServerTime()
	for _, version := range Unfinished(versions, resolved(ctx, e.registry, wanted), stage) {
		mark, _ := markOf(version)
		switch {
		case e.runs.has(mark.run):
		case mark.runs(now):
			leased = append(leased, version.Number)
		case !found:
			left, found = version, true
		}
	}
	return left, found, leased
}

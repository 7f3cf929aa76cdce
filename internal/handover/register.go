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
// read, and whether there is one. Its lease has run out, or was given up. It may be in Archived, where another client that
// promotes at the same time sends the one that loses. leased are those from the same origin on which another run still has a
// lease: the apply waits for them, unless they were archived.
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
	for _, version := range leasedIn(versions, resolved(ctx, e.registry, wanted), registry.StageNone, stage, registry.StageArchived) {
		mark, _ := markOf(version)
		archived := version.Stage == registry.StageArchived && stage != registry.StageArchived
		switch {
		case e.runs.has(mark.run), archived && mark.runs(now):
		case mark.runs(now):
			leased = append(leased, version.Number)
		case !found:
			left, found = version, true
		}
	}
	return left, found, leased
}

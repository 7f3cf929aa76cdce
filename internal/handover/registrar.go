package handover

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Registering is what a registration is to bring about.
type Registering struct {
	registry.NewVersion
	// Take is the version that the plan has announced to take over, because a run that ended registered it and no state has
	// it; 0 to register a new one.
	Take registry.Number
	// Goal is what is to become of the version afterwards. Its Version is ignored.
	Goal Goal
}

// registrar decides what one client does next to register a version exactly once, or to take one over that belongs to
// nobody. Like Machine it does no I/O, reads no clock and draws no numbers.
type registrar struct {
	wanted Registering
	// run is the name that this run has drawn for its lease.
	run string
	// ours reports whether a lease is of this process: another resource's is not waited for.
	ours  func(run string) bool
	phase registrarPhase
	// asked is when the registration was asked for: a lease that ran then is waited for, also if another registration of this
	// process was waited for in between. Zero stands for the time of the first look.
	asked time.Time
	// take is the version to take over: the announced one, or one whose lease ran out while this run waited for it.
	take registry.Number
	// version is the one to take over, as the look after the claim showed it.
	version registry.Version
	// leased is until when the lease runs that is waited for.
	leased time.Time
	// claimUntil is how long the claim of this run counts at least.
	claimUntil time.Time
	// awaited are the versions whose lease ran at the first look.
	awaited map[registry.Number]bool
	// cause is why the answer to the creation is missing, late whether it may still take effect.
	cause error
	late  bool
	tries int
	// unmarked is why the version is registered without UnfinishedTag, which the registry refuses; nil with it.
	unmarked error
	// newest is the greatest number at the first look, which known says has been made.
	newest registry.Number
	known  bool
	// attempts is how often the creation may be sent: more than once only where MLflow itself said that it failed.
	attempts int
	looks    int
	retry    time.Duration
}

type registrarPhase int

const (
	// registrarFirst: the look before anything is done.
	registrarFirst registrarPhase = iota
	// registrarCreate: the answer to the creation.
	registrarCreate
	// registrarFind: the look that is to show the version whose creation was not answered.
	registrarFind
	// registrarRefused: the look that is to show that a creation whose mark was refused has made no version.
	registrarRefused
	// registrarClaim: the answer to the claim on the version that is to be taken over.
	registrarClaim
	// registrarClaimed: the look that is to show whether the claim is the only one.
	registrarClaimed
	// registrarOwn: the answer to the lease on the version that was claimed.
	registrarOwn
	// registrarYieldClaim: the answer to the removal of the lease, before the claim is removed.
	registrarYieldClaim
	// registrarYield: the answer to the removal of the claim, before take is tried again or given up with cause.
	registrarYield
	// registrarUndo: the look before a lease that came too late is taken off again.
	registrarUndo
	// registrarRelease: the answer to the removal of the claim, after the version is owned.
	registrarRelease
)

// registrarDo is the kind of an action of a registrar.
type registrarDo int

const (
	registrarLook registrarDo = iota
	registrarSendCreate
	registrarSetTag
	registrarDeleteTag
	registrarWait
	registrarFinish
)

// registrarAction is what a registrar asks for.
type registrarAction struct {
	do registrarDo
	// unmarked says that a creation goes without UnfinishedTag.
	unmarked bool
	// number and key name the tag.
	number registry.Number
	key    string
	wait   Wait
	count  int
	// until is when a lease that is waited for runs out; zero for another wait.
	until      time.Time
	retryAfter time.Duration
	version    registry.Version
	err        error
}

// registrarEvent is what came of it. The zero event begins.
type registrarEvent struct {
	Event
	// version is what a creation answered.
	version registry.Version
	// now is the server's time.
	now time.Time
}

func newRegistrar(wanted Registering, run string, ours func(string) bool, attempts int) *registrar {
	return &registrar{wanted: wanted, run: run, ours: ours, take: wanted.Take, attempts: min(attempts, maxAttempts), awaited: make(map[registry.Number]bool)}
}

// next returns what to do after an event.
func (r *registrar) next(event registrarEvent) registrarAction {
	if event.NoLonger {
		r.late = false
	}
	switch r.phase {
	case registrarCreate:
		return r.created(event)
	case registrarClaim:
		if event.Err != nil && !unclear(event.Err) {
			return r.finish(registry.Version{}, event.Err)
		}
		return r.look(registrarClaimed)
	case registrarOwn:
		switch {
		case event.Err != nil:
			r.cause = event.Err
			return r.dropClaim(registrarYield)
		case !event.now.Before(r.claimUntil): // The claim ran out meanwhile: others need not have seen it.
			return r.look(registrarUndo)
		}
		return r.dropClaim(registrarRelease)
	case registrarYieldClaim:
		return r.dropClaim(registrarYield)
	case registrarYield:
		return r.finish(registry.Version{}, r.cause)
	case registrarRelease: // A claim that could not be removed runs out by itself.
		return r.finish(r.version, nil)
	}
	return r.looked(event)
}

func (r *registrar) looked(event registrarEvent) registrarAction {
	switch {
	case event.Over && r.waiting() && r.phase == registrarFirst && !event.Looked:
		return r.finish(registry.Version{}, &LeasedError{Model: r.wanted.Model, Version: r.take, Until: r.leased})
	case event.Err != nil && (r.looks+1 >= maxLooks || event.Over || r.phase == registrarFirst && r.looks == 0 && !r.waiting()):
		return r.finish(registry.Version{}, r.lookError(event.Err))
	case event.Err != nil:
		r.looks++
		return registrarAction{do: registrarWait, wait: WaitAgain, count: r.looks, retryAfter: retryAfter(event.Err)}
	case !event.Looked:
		return registrarAction{do: registrarLook}
	}
	r.looks = 0
	switch r.phase {
	case registrarFind:
		return r.find(event)
	case registrarRefused:
		return r.refused(event)
	case registrarClaimed:
		return r.claimed(event)
	case registrarUndo:
		return r.undo(event)
	default:
		return r.first(event)
	}
}

// waiting reports whether the look follows a wait for somebody's lease.
func (r *registrar) waiting() bool { return len(r.awaited) > 0 }

func (r *registrar) lookError(err error) error {
	if r.cause != nil {
		return errors.Join(r.cause, err)
	}
	return fmt.Errorf("reading the versions of model %q: %w", r.wanted.Model, err)
}

func (r *registrar) look(in registrarPhase) registrarAction {
	r.phase = in
	return registrarAction{do: registrarLook}
}

func (r *registrar) finish(version registry.Version, err error) registrarAction {
	return registrarAction{do: registrarFinish, version: version, err: err}
}

// first decides, from a look, whether to register, to take over, or to wait for a lease.
func (r *registrar) first(event registrarEvent) registrarAction {
	if r.take != 0 {
		return r.takeOver(event)
	}
	if err := r.check(event.Versions, registry.Version{}); err != nil {
		return r.finish(registry.Version{}, err)
	}
	if !r.known {
		for _, version := range event.Versions {
			r.newest = max(r.newest, version.Number)
		}
		r.known = true
	}
	first, asked := !r.waiting(), event.now
	if !r.asked.IsZero() {
		asked = r.asked
	}
	for _, version := range Unfinished(event.Versions, r.wanted.NewVersion, r.wanted.Goal.Stage) {
		mark, _ := markOf(version)
		if first && mark.runs(asked) && !r.ours(mark.run) {
			r.awaited[version.Number] = true
		}
		if r.awaited[version.Number] { // Once its run has ended without it, it is taken over.
			r.take = version.Number
			return r.takeOver(event)
		}
	}
	return r.create()
}

// check refuses what could not go to its stage, so that no version is left behind. left is the version that is taken over;
// the zero one for none.
func (r *registrar) check(versions []registry.Version, left registry.Version) error {
	goal := r.wanted.Goal
	goal.Version, goal.From = left.Number, ""
	if _, err := reviewed(versions, goal); err != nil {
		return err
	}
	return Check(expected(r.wanted.NewVersion, left), goal)
}

// created goes on after the creation was sent.
func (r *registrar) created(event registrarEvent) registrarAction {
	switch {
	case event.Err == nil:
		return r.finish(event.version, nil)
	case r.unmarked == nil && refusesMark(event.Err):
		r.unmarked, r.cause = event.Err, event.Err
		return r.look(registrarRefused)
	case !unclear(event.Err):
		return r.finish(registry.Version{}, event.Err)
	}
	r.cause, r.late, r.retry = event.Err, creationMayBeLate(event.Err), retryAfter(event.Err)
	return r.look(registrarFind)
}

// find looks for the version whose creation was not answered: it bears the lease of this run, or nothing tells it from others.
func (r *registrar) find(event registrarEvent) registrarAction {
	if version, found := r.marked(event.Versions); found {
		return r.finish(version, nil)
	}
	if appeared := r.appeared(event.Versions); r.unmarked != nil && len(appeared) > 0 {
		return r.finish(registry.Version{}, &AppearedError{Model: r.wanted.Model, Versions: appeared, Cause: r.cause})
	}
	r.tries++
	switch {
	case r.late && !event.Over:
		return registrarAction{do: registrarWait, wait: WaitLate, count: r.tries}
	case r.late || errors.Is(r.cause, registry.ErrOutcomeUnknown) && creationMayBeLate(r.cause):
		return r.finish(registry.Version{}, &LostError{Model: r.wanted.Model, Cause: r.cause})
	case r.tries >= r.attempts || event.Over:
		return r.finish(registry.Version{}, r.cause)
	}
	r.phase = registrarFirst // Look once more, and create again: MLflow itself said that it did not.
	return registrarAction{do: registrarWait, wait: WaitAgain, count: r.tries, retryAfter: r.retry}
}

// expected returns what the version will be when it goes to its stage. left is the zero version when it is yet to be
// registered.
func expected(wanted registry.NewVersion, left registry.Version) registry.Version {
	version := registry.Version{
		Model: wanted.Model, Number: left.Number, Stage: cmp.Or(left.Stage, registry.StageNone), Status: registry.StatusReady,
		Tags: maps.Clone(left.Tags),
	}
	if version.Tags == nil {
		version.Tags = make(map[string]string)
	}
	maps.Copy(version.Tags, wanted.Tags)
	return version
}

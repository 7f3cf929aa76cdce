package handover

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Machine decides what one client does next to reach a goal, from what this client has seen and done so far. It does no
// I/O, reads no clock and draws no numbers: a runner does what the machine asks for and reports what came of it (see
// Engine.Run). So a test can enumerate every order in which two clients, a fault and an outsider act.
type Machine struct {
	goal  Goal
	way   Way
	phase phase
	// flagIgnored is set once the server was seen to ignore archive_existing_versions.
	flagIgnored bool
	// before is the first look, planned the one from which the transitions were planned last, latest the last one of all.
	before, planned, latest []registry.Version
	// subject is the version that this client brings to the stage: the goal's, or an old holder that gets the stage back.
	subject registry.Number
	// steps are the transitions still to be sent in this round, sent is the last one that was sent.
	steps []registry.Transition
	sent  registry.Transition
	// unknown is set while it is not known whether sent took effect, late while it may still do so.
	unknown, late bool
	// dangling is set if the goal was given up while a transition might still take effect.
	dangling bool
	// touched is set once a transition of this client took effect; promoted once all that the goal needs did.
	touched, promoted bool
	// cause is what went wrong last, failure why the goal was given up, retryAfter how long the server asked to wait.
	cause, failure error
	retryAfter     time.Duration
	// attempts is how often the transitions may still be planned and sent. tries counts how often that had no effect, rounds
	// those of settling, waits those for a late commit, and looks the failed looks in a row.
	attempts, tries, rounds, waits, looks int
	// promotedAt are the times at which promotions of this client took effect, as the server writes them.
	promotedAt []time.Time
	// archived are the versions that this client archived by themselves to settle a race.
	archived map[registry.Number]bool
}

// phase is what the machine waits for.
type phase int

const (
	// phaseBegin: nothing was asked for yet.
	phaseBegin phase = iota
	// phaseFirst: the look before anything is sent.
	phaseFirst
	// phaseSend: the answer to sent.
	phaseSend
	// phaseUnclear: the look that is to show whether sent took effect.
	phaseUnclear
	// phaseAgain: the look before the transitions are planned again.
	phaseAgain
	// phaseSettle: the look that is to show whether the subject holds the stage alone.
	phaseSettle
	// phaseEmpty: the look that is to show whether the stage has a holder, after the goal was given up.
	phaseEmpty
)

const (
	// maxAttempts is how often the transitions of a goal are planned and sent while they have no effect.
	maxAttempts = 8
	// maxRounds is how often holders are read back and settled before a handover is given up as unsettled.
	maxRounds = 24
	// maxLooks is how often in a row a look may fail before the machine goes on without it.
	maxLooks = 4
)

// Event is what came of an action. The zero Event begins a machine and ends a wait.
type Event struct {
	// Looked is set by a look that succeeded, and Versions is what it showed.
	Looked   bool
	Versions []registry.Version
	// Moved is when a transition that was answered changed its version, in the server's time.
	Moved time.Time
	// Err is why a look or a transition failed.
	Err error
	// NoLonger says that what was sent can no longer take effect: the time in which a late commit is expected is over.
	NoLonger bool
	// Over says that the caller's time is up: the machine asks for no more waits.
	Over bool
}

// Do is the kind of an action.
type Do int

const (
	// DoLook reads all versions of the model.
	DoLook Do = iota
	// DoSend sends Action.Transition, once.
	DoSend
	// DoWait waits for the reason in Action.Wait.
	DoWait
	// DoFinish ends: Action.Outcome and Action.Err are the result.
	DoFinish
)

// Wait is why a machine waits.
type Wait int

const (
	// WaitLate waits because a transition whose answer was lost may still take effect.
	WaitLate Wait = iota
	// WaitAgain waits before something that failed is tried again.
	WaitAgain
	// WaitRace waits, at random, so that two racing clients do not answer each other in step.
	WaitRace
)

// Action is what a machine asks its runner for.
type Action struct {
	Do         Do
	Transition registry.Transition
	// Wait is why to wait, Count how often that was already, RetryAfter how long the server asked to wait; 0 if it did not.
	Wait       Wait
	Count      int
	RetryAfter time.Duration
	Outcome    Outcome
	Err        error
	// Rescue says that the action is to be done although the caller's time is up: the stage may have no holder.
	Rescue bool
}

// NewMachine returns a machine for a goal that has done nothing yet. It plans and sends the transitions at most so often, while
// it is certain each time that they had no effect.
func NewMachine(goal Goal, way Way, attempts int) *Machine {
	return &Machine{
		goal: goal, way: way, attempts: min(attempts, maxAttempts), subject: goal.Version, archived: make(map[registry.Number]bool),
	}
}

// Clone returns a machine that goes on from the same point on its own.
func (m *Machine) Clone() *Machine {
	copied := *m
	copied.archived = maps.Clone(m.archived)
	copied.steps, copied.promotedAt = slices.Clone(m.steps), slices.Clone(m.promotedAt)
	return &copied
}

// FlagIgnored reports whether the server was seen to ignore archive_existing_versions.
func (m *Machine) FlagIgnored() bool { return m.flagIgnored }

// Next returns what to do after an event.
func (m *Machine) Next(event Event) Action {
	if event.NoLonger {
		m.late = false
	}
	switch {
	case m.phase == phaseBegin:
		return m.look(phaseFirst)
	case m.phase == phaseSend:
		return m.answered(event)
	case event.Err != nil:
		return m.lookFailed(event)
	case !event.Looked: // A wait is over.
		return m.look(m.phase)
	}
	m.looks, m.latest = 0, event.Versions
	switch m.phase {
	case phaseFirst:
		return m.first()
	case phaseUnclear:
		return m.clear(event)
	case phaseAgain:
		return m.again(event)
	case phaseEmpty:
		return m.empty(event)
	default:
		return m.settle(event)
	}
}

// look asks for a look in a phase.
func (m *Machine) look(in phase) Action {
	m.phase = in
	return Action{Do: DoLook, Rescue: in == phaseEmpty || m.givesBack()}
}

// wait asks for a wait before the look of a phase.
func (m *Machine) wait(in phase, why Wait, count int) Action {
	m.phase = in
	return Action{Do: DoWait, Wait: why, Count: count, RetryAfter: m.retryAfter}
}

// first checks what the first look showed, and sends the first transition.
func (m *Machine) first() Action {
	m.before, m.planned = m.latest, m.latest
	steps, err := Plan(m.latest, m.goal, m.way)
	if err != nil || len(steps) == 0 {
		return m.unchanged(err)
	}
	return m.send(steps)
}

// unchanged ends with nothing done by this client.
func (m *Machine) unchanged(err error) Action {
	return Action{Do: DoFinish, Outcome: Outcome{Versions: m.latest, From: m.from()}, Err: err}
}

// from returns the stage that the goal's version was in at the first look.
func (m *Machine) from() registry.Stage {
	version, _ := registry.FindVersion(m.before, m.goal.Version)
	return version.Stage
}

// send sends the first of steps, and keeps the others for after it.
func (m *Machine) send(steps []registry.Transition) Action {
	m.phase, m.sent, m.steps = phaseSend, steps[0], steps[1:]
	return Action{Do: DoSend, Transition: m.sent, Rescue: m.givesBack()}
}

// answered goes on after a transition was sent.
func (m *Machine) answered(event Event) Action {
	err := event.Err
	if err == nil {
		m.took(event.Moved)
		if len(m.steps) > 0 {
			return m.send(m.steps)
		}
		return m.look(phaseSettle)
	}
	m.retryAfter = retryAfter(err)
	switch {
	case unclear(err):
		m.unknown, m.late, m.cause = true, mayBeLate(err), err
		return m.look(phaseUnclear)
	case errors.Is(err, registry.ErrNotMLflow):
		err = &NoStagesError{Cause: err}
	}
	m.cause = err
	if m.promoted || m.givesBack() { // What is settled is looked at again, within the rounds.
		return m.look(phaseSettle)
	}
	return m.giveUp(err)
}

// took notes that sent took effect, and when.
func (m *Machine) took(at time.Time) {
	if m.sent.Stage == m.goal.Stage && m.sent.ArchiveExisting {
		m.promotedAt = append(m.promotedAt, at)
	}
	m.touched, m.unknown, m.late, m.cause, m.retryAfter, m.waits = true, false, false, nil, 0, 0
	if len(m.steps) == 0 && !m.givesBack() {
		m.promoted = true
	}
}

package handover

import (
	"errors"
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// clear decides, from a look, whether a transition whose answer was lost took effect.
func (m *Machine) clear(event Event) Action {
	switch {
	case m.tookEffect() && (!m.late || m.sent.Stage == m.goal.Stage || event.Over):
		now, _ := registry.FindVersion(m.latest, m.sent.Number)
		m.took(now.UpdatedAt)
		if len(m.steps) > 0 {
			m.noteHolders()
			return m.send(m.steps)
		}
		return m.settle(event)
	case m.late && !event.Over:
		m.waits++
		return m.wait(phaseUnclear, WaitLate, m.waits)
	case m.promoted || m.givesBack():
		return m.settle(event)
	case m.late || event.Over:
		return m.giveUp(m.cause)
	}
	m.unknown = false
	if m.tries++; m.tries >= m.attempts {
		return m.giveUp(m.cause)
	}
	return m.wait(phaseAgain, WaitAgain, m.tries)
}

// tookEffect reports whether the latest look shows the effect of sent. That a version was archived may be another client's
// doing, so that the request of this one may still be under way: it is waited for. So may one that was to archive the others of a
// stage which its version held already: that they are gone may be another client's doing as well.
func (m *Machine) tookEffect() bool {
	now, found := registry.FindVersion(m.latest, m.sent.Number)
	if !found || now.Stage != m.sent.Stage {
		return false
	}
	old, _ := registry.FindVersion(m.before, m.sent.Number)
	return old.Stage != now.Stage || !old.UpdatedAt.Equal(now.UpdatedAt) ||
		!m.late && len(Observe(m.latest).Others(m.sent.Stage, m.sent.Number)) == 0
}

// noteHolders notes who holds the stage before this client goes on: one of them gets the stage back if it fails.
func (m *Machine) noteHolders() {
	if len(registry.Holders(m.latest, m.goal.Stage)) > 0 {
		m.planned = m.latest
	}
}

// again plans the transitions anew: somebody may have moved a version since.
func (m *Machine) again(event Event) Action {
	m.noteHolders()
	steps, err := Plan(m.latest, m.goal, m.way)
	switch {
	case err != nil && !m.touched:
		return m.unchanged(err)
	case err != nil || event.Over:
		return m.giveUp(errors.Join(m.cause, err))
	case len(steps) == 0 && m.goal.Stage.Exclusive():
		return m.settle(event)
	case len(steps) == 0:
		return m.unchanged(nil)
	}
	return m.send(steps)
}

// lookFailed looks again, and goes on without it after some failures.
func (m *Machine) lookFailed(event Event) Action {
	if m.phase == phaseFirst {
		return Action{Do: DoFinish, Err: fmt.Errorf("reading the holders of %s of model %q: %w", m.goal.Stage, m.goal.Model, event.Err)}
	}
	if m.looks++; m.looks < maxLooks && !event.Over {
		m.retryAfter = retryAfter(event.Err)
		return m.wait(m.phase, WaitAgain, m.looks)
	}
	switch {
	case m.givesBack() || m.phase == phaseEmpty:
		return m.failed(&FailedError{Cause: m.failure, GiveBackErr: event.Err})
	case m.promoted && m.phase == phaseSettle:
		outcome := m.outcome()
		outcome.Unread = event.Err
		return Action{Do: DoFinish, Outcome: outcome}
	}
	return m.giveUp(errors.Join(m.cause, event.Err))
}

package handover

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// givesBack reports whether the goal was given up and an old holder gets the stage back.
func (m *Machine) givesBack() bool { return m.subject != m.goal.Version }

// giveUp ends a handover that did not happen. If this client has archived holders of the stage, or may have, it looks whether
// the stage has one: a stage that had a holder must have one again.
func (m *Machine) giveUp(cause error) Action {
	m.failure, m.dangling = cause, m.late
	if _, had := m.predecessor(); !m.touched && !m.unknown || !m.goal.Exclusive() || !had {
		return m.failed(&FailedError{Cause: cause})
	}
	m.looks, m.rounds = 0, 0
	return m.look(phaseEmpty)
}

// predecessor returns the version that gets the stage back: of those that held it when the handover was planned, the greatest other
// than the goal's own, which another client may have archived meanwhile.
func (m *Machine) predecessor() (registry.Version, bool) {
	others := slices.DeleteFunc(slices.Clone(m.planned), func(version registry.Version) bool { return version.Number == m.goal.Version })
	return greatest(others, m.goal.Stage)
}

// empty gives the stage back to the version that held it, unless it has a holder. If that is the goal's version, the answer
// was lost and not the promotion.
func (m *Machine) empty(event Event) Action {
	if m.unknown && m.sent.Number == m.goal.Version && m.tookEffect() {
		now, _ := registry.FindVersion(m.latest, m.sent.Number)
		m.took(now.UpdatedAt)
		return m.settle(event)
	}
	if len(registry.Holders(m.latest, m.goal.Stage)) > 0 {
		return m.failed(&FailedError{Cause: m.failure})
	}
	holder, _ := m.predecessor()
	m.subject = holder.Number
	return m.send([]registry.Transition{{Model: m.goal.Model, Number: holder.Number, Stage: m.goal.Stage, Looked: true}})
}

// failed ends with an error that says how the stage was left.
func (m *Machine) failed(failed *FailedError) Action {
	failed.Model, failed.Stage, failed.Version = m.goal.Model, m.goal.Stage, m.goal.Version
	failed.Touched, failed.MayBeLate = m.touched, m.late || m.dangling
	outcome := m.outcome()
	failed.Archived = outcome.Overtaken
	return Action{Do: DoFinish, Outcome: outcome, Err: failed}
}

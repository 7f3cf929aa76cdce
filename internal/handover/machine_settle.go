package handover

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// settle decides, from a look, whether the subject holds the stage alone, and what this client does if not. Servers let
// two promotions at once both succeed (measured on MLflow 3.17: 75 to 95 % of rounds with four clients). So every client
// of this protocol applies one rule: the holder with the greatest (last update, number) wins; the winner archives the
// others one by one, a loser archives itself.
func (m *Machine) settle(event Event) Action {
	version, found := registry.FindVersion(m.latest, m.subject)
	if !found {
		if m.givesBack() {
			return m.failed(&FailedError{Cause: m.failure})
		}
		return Action{Do: DoFinish, Outcome: m.outcome(), Err: &MissingError{Model: m.goal.Model, Version: m.subject}}
	}
	holders := registry.Holders(m.latest, m.goal.Stage)
	holds := version.Stage == m.goal.Stage
	switch {
	case holds && (len(holders) == 1 || !m.goal.Exclusive()):
		return m.settled()
	case !holds && (len(holders) > 0 || !m.goal.Exclusive()):
		return m.displaced(version.Stage, holders)
	}
	if m.rounds++; m.rounds >= maxRounds || event.Over && m.rounds > 1 {
		if m.givesBack() {
			return m.failed(&FailedError{Cause: m.failure, GiveBackErr: m.unsettled(holders)})
		}
		return Action{Do: DoFinish, Outcome: m.outcome(), Err: m.unsettled(holders)}
	}
	if m.rounds > 1 && m.rounds%2 == 0 { // A look follows each wait, so that what is sent rests on a fresh one.
		return m.wait(phaseSettle, WaitRace, m.rounds/2)
	}
	return m.send([]registry.Transition{m.verdict(holds)})
}

// settled ends with the subject in the stage.
func (m *Machine) settled() Action {
	if m.givesBack() {
		return m.failed(&FailedError{Cause: m.failure, GaveBack: []registry.Number{m.subject}})
	}
	return Action{Do: DoFinish, Outcome: m.outcome()}
}

// displaced ends with somebody else in the stage.
func (m *Machine) displaced(now registry.Stage, holders []registry.Number) Action {
	if m.givesBack() { // The stage has a holder again, which is what giving it back is for.
		return m.failed(&FailedError{Cause: m.failure})
	}
	return Action{Do: DoFinish, Outcome: m.outcome(), Err: &DisplacedError{
		Model: m.goal.Model, Stage: m.goal.Stage, Version: m.goal.Version, Now: now, By: holders, Archived: m.outcome().Overtaken,
	}}
}

func (m *Machine) unsettled(holders []registry.Number) error {
	return &UnsettledError{
		Model: m.goal.Model, Stage: m.goal.Stage, Version: m.subject, Holders: holders, Rounds: m.rounds, Cause: m.cause,
		MayBeLate: m.late, Archived: m.outcome().Overtaken,
	}
}

// verdict returns what this client sends when the subject does not hold the stage alone.
func (m *Machine) verdict(holds bool) registry.Transition {
	model, stage := m.goal.Model, m.goal.Stage
	if !holds {
		// Nobody holds the stage: two clients archived each other. Promote again.
		return registry.Transition{
			Model: model, Number: m.subject, Stage: stage, ArchiveExisting: m.way == Atomic && !m.givesBack(), Looked: true,
		}
	}
	winner, _ := greatest(m.latest, stage)
	if winner.Number != m.subject {
		return registry.Transition{Model: model, Number: m.subject, Stage: registry.StageArchived}
	}
	m.noteIgnoredFlag()
	other := Observe(m.latest).Others(stage, m.subject)[0]
	m.archived[other] = true
	return registry.Transition{Model: model, Number: other, Stage: registry.StageArchived}
}

// noteIgnoredFlag remembers that the server ignores archive_existing_versions: a version that held the stage before the
// promotion holds it still, untouched.
func (m *Machine) noteIgnoredFlag() {
	for _, old := range m.before {
		now, found := registry.FindVersion(m.latest, old.Number)
		if old.Number != m.goal.Version && old.Stage == m.goal.Stage && found &&
			now.Stage == old.Stage && now.UpdatedAt.Equal(old.UpdatedAt) {
			m.flagIgnored, m.way = true, Sequential
		}
	}
}

// outcome returns what the handover has come to.
func (m *Machine) outcome() Outcome {
	return Outcome{Versions: m.latest, From: m.from(), Archived: m.left(), Overtaken: m.overtaken()}
}

// left returns the versions that held the stage before and do so no longer.
func (m *Machine) left() []registry.Number {
	left := Observe(m.before).Others(m.goal.Stage, m.goal.Version)
	return slices.DeleteFunc(left, func(number registry.Number) bool {
		now, found := registry.FindVersion(m.latest, number)
		return found && now.Stage == m.goal.Stage
	})
}

// overtaken returns the versions that nobody reviewed and that this handover archived all the same. A server writes one
// time to all versions that one transition changes (measured on MLflow 3.17); those that this client archived one by one
// to settle a race bear another.
func (m *Machine) overtaken() []registry.Number {
	if !m.goal.Exclusive() {
		return nil
	}
	var overtaken []registry.Number
	for _, other := range m.latest {
		old, known := registry.FindVersion(m.before, other.Number)
		changed := !known || !old.UpdatedAt.Equal(other.UpdatedAt)
		ours := m.archived[other.Number] || slices.ContainsFunc(m.promotedAt, other.UpdatedAt.Equal)
		if other.Stage == registry.StageArchived && changed && ours && other.Number != m.goal.Version &&
			!slices.Contains(m.goal.Reviewed, other.Number) {
			overtaken = append(overtaken, other.Number)
		}
	}
	return overtaken
}

// greatest returns the holder of stage that was updated last, the greater number among equals, and whether there is one.
func greatest(versions []registry.Version, stage registry.Stage) (registry.Version, bool) {
	var best registry.Version
	found := false
	for _, version := range versions {
		if version.Stage != stage {
			continue
		}
		if !found || version.UpdatedAt.After(best.UpdatedAt) ||
			(version.UpdatedAt.Equal(best.UpdatedAt) && version.Number > best.Number) {
			best, found = version, true
		}
	}
	return best, found
}

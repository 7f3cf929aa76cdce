package handover

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Check says whether version may go to the goal's stage: it must be READY for a stage that serves, require_staging must
// allow the transition, and it must have the required tags. A version that is in the stage already is not asked again. The
// error is a *NotReadyError, a *ForbiddenError or a *TagsError.
func Check(version registry.Version, goal Goal) error {
	if !goal.Enters(version.Stage) {
		return nil
	}
	if version.Status != registry.StatusReady {
		return &NotReadyError{Model: version.Model, Version: version.Number, Status: version.Status, Message: version.StatusMessage}
	}
	if goal.RequireStaging && SkipsStaging(version.Stage, goal.Stage) {
		return &ForbiddenError{Model: version.Model, Version: version.Number, From: version.Stage, To: goal.Stage}
	}
	if missing := lacking(version.Tags, goal.RequireTags); len(missing) > 0 {
		return &TagsError{Model: version.Model, Version: version.Number, Stage: goal.Stage, Lacking: missing}
	}
	return nil
}

// SkipsStaging reports whether a move goes to Production without the dress rehearsal. A rollback
// (Archived to Production) does not count: that version has served before.
func SkipsStaging(from, to registry.Stage) bool {
	return from == registry.StageNone && to == registry.StageProduction
}

// Plan returns the transitions that lead from the observed versions of the goal's model to the goal, in the order in
// which they must be sent; none when the goal is reached already. It refuses, in this order, a version that does not
// exist (*MissingError), one that somebody has moved since the plan was made (*MovedError), holders that nobody reviewed
// (*IntruderError), and a version that may not go (see Check).
func Plan(observed []registry.Version, goal Goal, way Way) ([]registry.Transition, error) {
	version, found := registry.FindVersion(observed, goal.Version)
	if !found {
		return nil, &MissingError{Model: goal.Model, Version: goal.Version}
	}
	if goal.OnlyFrom != "" && version.Stage != goal.OnlyFrom {
		return nil, nil
	}
	if err := goal.moved(version); err != nil {
		return nil, err
	}
	others, err := reviewed(observed, goal)
	if err != nil {
		return nil, err
	}
	if err := Check(version, goal); err != nil {
		return nil, err
	}
	if version.Stage == goal.Stage && len(others) == 0 {
		return nil, nil
	}
	promote := registry.Transition{Model: goal.Model, Number: goal.Version, Stage: goal.Stage}
	promote.Looked, promote.Seen = goal.Exclusive(), others
	if way == Atomic {
		promote.ArchiveExisting = goal.Exclusive()
		return []registry.Transition{promote}, nil
	}
	var steps []registry.Transition
	for _, other := range others {
		steps = append(steps, registry.Transition{Model: goal.Model, Number: other, Stage: registry.StageArchived})
	}
	if version.Stage != goal.Stage {
		steps = append(steps, promote)
	}
	return steps, nil
}

// reviewed returns the versions that the goal sends out of its stage, or an *IntruderError when the reviewed plan does
// not name all of them.
func reviewed(observed []registry.Version, goal Goal) ([]registry.Number, error) {
	if !goal.Exclusive() {
		return nil, nil
	}
	others := Observe(observed).Others(goal.Stage, goal.Version)
	if intruders := without(others, goal.Reviewed); len(intruders) > 0 {
		return nil, &IntruderError{Model: goal.Model, Stage: goal.Stage, Version: goal.Version, Intruders: intruders}
	}
	return others, nil
}

func without(numbers, removed []registry.Number) []registry.Number {
	return slices.DeleteFunc(slices.Clone(numbers), func(number registry.Number) bool { return slices.Contains(removed, number) })
}

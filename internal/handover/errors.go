package handover

import (
	"fmt"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// IntruderError says that a version which no reviewer saw holds the stage. Nothing was changed.
type IntruderError struct {
	// Model and Stage are what the handover was about.
	Model string
	Stage registry.Stage
	// Version is the version that was to be moved; 0 when it was yet to be created.
	Version registry.Number
	// Intruders are the versions that hold the stage and that the plan does not name, in ascending order.
	Intruders []registry.Number
}

// Error names the model, the stage and the intruders.
func (e *IntruderError) Error() string {
	untouched := fmt.Sprintf("version %s was not moved", e.Version)
	if e.Version == 0 {
		untouched = "the new version was not created"
	}
	return fmt.Sprintf("%s of model %q is now held by %s, which the reviewed plan does not archive; %s",
		e.Stage, e.Model, VersionList(e.Intruders), untouched)
}

// MovedError says that somebody has moved the version since the reviewed plan was made. Nothing was changed.
type MovedError struct {
	// Model and Version are what was to be moved, or deleted.
	Model   string
	Version registry.Number
	// Planned is the stage that the plan took it from, Now the one that it is in, Goal the one that it was to go to; empty
	// for a deletion.
	Planned, Now, Goal registry.Stage
}

// Error names the stages.
func (e *MovedError) Error() string {
	what := "moved to " + string(e.Goal)
	if e.Goal == "" {
		what = "deleted"
	}
	return fmt.Sprintf("version %s of model %q is in %s now, and the plan has it in %s; it was not %s",
		e.Version, e.Model, e.Now, e.Planned, what)
}

// MissingError says that the version to move does not exist. Nothing was changed. It wraps registry.ErrNotFound.
type MissingError struct {
	// Model and Version are what was asked for.
	Model   string
	Version registry.Number
}

// Error names the model and the version.
func (e *MissingError) Error() string {
	return fmt.Sprintf("model %q has no version %s", e.Model, e.Version)
}

// Unwrap returns registry.ErrNotFound.
func (e *MissingError) Unwrap() error { return registry.ErrNotFound }

// NotReadyError says that the version cannot serve. Nothing was changed.
type NotReadyError struct {
	// Model and Version are what was to be moved, Version 0 when it was yet to be created.
	Model   string
	Version registry.Number
	// Status is the version's status: still pending, or failed.
	Status registry.Status
	// Message is the registry's own explanation; often empty.
	Message string
}

// Error gives the status and the registry's message.
func (e *NotReadyError) Error() string {
	text := fmt.Sprintf("version %s of model %q is %s, not READY", e.Version, e.Model, e.Status)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// ForbiddenError says that require_staging forbids the transition. Nothing was changed.
type ForbiddenError struct {
	// Model is the name of the registered model.
	Model string
	// Version is the version that was to be moved; 0 when it was yet to be created.
	Version registry.Number
	// From is the stage that the version is in, To the one it was to go to.
	From, To registry.Stage
}

// Error names the transition.
func (e *ForbiddenError) Error() string {
	which := "a new version"
	if e.Version != 0 {
		which = "version " + e.Version.String()
	}
	return fmt.Sprintf("moving %s of model %q from %s to %s is forbidden by require_staging", which, e.Model, e.From, e.To)
}

// DisplacedError says that the version was promoted and lost the stage again to somebody else: a promotion that
// came later, or one at the same moment that won.
type DisplacedError struct {
	// Model, Stage and Version are what the handover was to bring about.
	Model   string
	Stage   registry.Stage
	Version registry.Number
	// Now is the stage that the version is in now.
	Now registry.Stage
	// By are the versions that hold the stage now; none when the version was merely moved on.
	By []registry.Number
	// Archived are versions that no reviewer saw, and that this handover archived before it lost the stage.
	Archived []registry.Number
}

// Error names who holds the stage now.
func (e *DisplacedError) Error() string {
	text := fmt.Sprintf("version %s of model %q was moved to %s, but somebody else acted at the same time: it is in %s now",
		e.Version, e.Model, e.Stage, e.Now)
	if len(e.By) > 0 {
		text += fmt.Sprintf(", and %s is held by %s", e.Stage, VersionList(e.By))
	}
	return text + alsoArchived(e.Archived)
}

// alsoArchived names versions that a handover archived although no reviewer saw them; it is empty for none.
func alsoArchived(versions []registry.Number) string {
	if len(versions) == 0 {
		return ""
	}
	return fmt.Sprintf("; %s, which the reviewed plan does not name, came to hold the stage at the same time and was archived",
		VersionList(versions))
}

// UnsettledError says that the stage could not be brought to a single holder in the allowed number of rounds.
type UnsettledError struct {
	// Model, Stage and Version are what the handover was to bring about.
	Model   string
	Stage   registry.Stage
	Version registry.Number
	// Holders are the versions that held the stage at the last look, in ascending order.
	Holders []registry.Number
	// Rounds is how often they were looked at.
	Rounds int
	// Cause is what went wrong last; nil when only other clients kept the stage from settling.
	Cause error
	// MayBeLate says that a transition of this handover, whose answer was lost, may still take effect.
	MayBeLate bool
	// Archived are versions that no reviewer saw, and that this handover archived, or sent away if MayBeLate is set.
	Archived []registry.Number
}

// Error says who holds the stage now.
func (e *UnsettledError) Error() string {
	text := fmt.Sprintf("after %d rounds %s of model %q is held by %s, not by version %s alone",
		e.Rounds, e.Stage, e.Model, VersionList(e.Holders), e.Version)
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text + late(e.MayBeLate) + alsoArchived(e.Archived)
}

// late says that a transition may still take effect, if it may.
func late(maybe bool) string {
	if !maybe {
		return ""
	}
	return "; the server may still do what it was asked last, for its answer was lost"
}

// Unwrap returns the cause.
func (e *UnsettledError) Unwrap() error { return e.Cause }

// FailedError says that a handover stopped half-way, and how the stage was left.
type FailedError struct {
	// Model, Stage and Version are what the handover was to bring about.
	Model   string
	Stage   registry.Stage
	Version registry.Number
	// Cause is why the promotion failed.
	Cause error
	// GaveBack are the old holders that have the stage again.
	GaveBack []registry.Number
	// GiveBackErr is why an old holder could not be given the stage back; nil when that went well.
	GiveBackErr error
	// Touched says that a transition of this handover took effect before it stopped. Otherwise nothing was changed.
	Touched bool
	// MayBeLate says that a transition of it, whose answer was lost, may still take effect.
	MayBeLate bool
	// Archived are versions that no reviewer saw, and that this handover archived.
	Archived []registry.Number
}

// Error tells both: why the promotion failed, and who has the stage.
func (e *FailedError) Error() string {
	text := fmt.Sprintf("version %s of model %q could not be moved to %s: %v", e.Version, e.Model, e.Stage, e.Cause)
	if len(e.GaveBack) > 0 {
		text += fmt.Sprintf("; the stage was given back to %s", VersionList(e.GaveBack))
	}
	if e.GiveBackErr != nil {
		text += fmt.Sprintf("; giving the stage back failed too: %v", e.GiveBackErr)
	}
	return text + late(e.MayBeLate) + alsoArchived(e.Archived)
}

// Unwrap returns the causes.
func (e *FailedError) Unwrap() []error {
	if e.GiveBackErr != nil {
		return []error{e.Cause, e.GiveBackErr}
	}
	return []error{e.Cause}
}

// NoStagesError says that the server serves the registry but not its stages: it answered a read, and knows no
// transition-stage.
type NoStagesError struct {
	// Cause is what the server answered.
	Cause error
}

// Error says what the server lacks.
func (e *NoStagesError) Error() string {
	return "this server has no stages: it answers model-versions/search and does not know model-versions/transition-stage (" +
		e.Cause.Error() + ")"
}

// VersionList writes "no version", "version 7" or "versions 7 and 9" for people.
func VersionList(numbers []registry.Number) string {
	texts := make([]string, 0, len(numbers))
	for _, number := range registry.SortedNumbers(numbers) {
		texts = append(texts, number.String())
	}
	switch len(texts) {
	case 0:
		return "no version"
	case 1:
		return "version " + texts[0]
	default:
		return "versions " + strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1]
	}
}

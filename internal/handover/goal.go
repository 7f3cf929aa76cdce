package handover

import (
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Way is how a stage changes hands.
type Way string

const (
	// Atomic sends one transition-stage with archive_existing_versions=true: no reader sees two holders or none
	// (measured on MLflow 3.17 with SQLite and PostgreSQL). It is the default.
	Atomic Way = "atomic"
	// Sequential archives each holder and then promotes: readers may see the stage empty for a moment, and never
	// two holders. It is for servers that ignore archive_existing_versions.
	Sequential Way = "sequential"
)

// Ways returns every way, the default first.
func Ways() []Way { return []Way{Atomic, Sequential} }

// Goal is what a handover is to bring about: Version of Model in Stage.
type Goal struct {
	// Model is the name of the registered model.
	Model string
	// Version is the version that is to be in Stage.
	Version registry.Number
	// Stage is where it is to be.
	Stage registry.Stage
	// From is the stage that the version was in when the reviewed plan was made. A version that is neither there nor in
	// Stage was moved by somebody since, and is left alone. Empty means that the plan did not know.
	From registry.Stage
	// Seen is how long ago a look may have been taken that serves as the first one, if nothing was written since; 0 asks for a new one.
	Seen time.Duration
	// ArchiveExisting makes the stage exclusive: its other holders go to Archived. It has no effect on a stage
	// that is not exclusive by nature (None, Archived).
	ArchiveExisting bool
	// Reviewed are the versions that the reviewed plan said would be archived. Any other holder is an intruder.
	Reviewed []registry.Number
	// OnlyFrom makes the goal void unless the version is in that stage: for giving up a stage that may have been lost
	// meanwhile. Empty means any stage.
	OnlyFrom registry.Stage
	// RequireStaging refuses the move from None to Production.
	RequireStaging bool
	// RequireTags are tags that the version must have to enter an exclusive stage, whichever stage it comes from.
	RequireTags map[string]string
	// placed is where this process itself has brought the version since the plan was made; empty if it has not moved it.
	placed registry.Stage
}

// Enters reports whether the goal promotes a version that is in stage from: to Staging or Production, from elsewhere.
func (g Goal) Enters(from registry.Stage) bool { return g.Stage.Exclusive() && from != g.Stage }

// Exclusive reports whether the goal leaves a single holder in its stage.
func (g Goal) Exclusive() bool { return g.ArchiveExisting && g.Stage.Exclusive() }

// moved returns a *MovedError if somebody has moved the version since the plan was made.
func (g Goal) moved(version registry.Version) error {
	if g.From == "" || version.Stage == g.From || version.Stage == g.Stage || version.Stage == g.placed {
		return nil
	}
	return &MovedError{Model: g.Model, Version: version.Number, Planned: g.From, Now: version.Stage, Goal: g.Stage}
}

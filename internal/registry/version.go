package registry

import (
	"cmp"
	"slices"
	"time"
)

// Status says whether a version can be used.
type Status string

// The statuses MLflow knows (ModelVersionStatus of its REST API).
const (
	// StatusPending is a version whose files are still being copied.
	StatusPending Status = "PENDING_REGISTRATION"
	// StatusFailed is a version whose registration failed; StatusMessage says why.
	StatusFailed Status = "FAILED_REGISTRATION"
	// StatusReady is a version that can be used.
	StatusReady Status = "READY"
)

// MaxSourceLength is the greatest number of characters in a version's source (MLflow's column is that wide).
const MaxSourceLength = 500

// Version is one version of a registered model.
type Version struct {
	// Model is the name of the registered model.
	Model string
	// Number is the version's number within the model.
	Number Number
	// Stage is the version's current stage.
	Stage Stage
	// Stageless says that the registry's answer has no stage, as of a registry that has none. Stage is StageNone then.
	Stageless bool
	// Status says whether the version can be used.
	Status Status
	// StatusMessage explains Status; usually empty.
	StatusMessage string
	// Source is the URI of the model's files.
	Source string
	// RunID is the MLflow run that produced the model; empty when there is none.
	RunID string
	// RunLink is a link to that run on another server; empty when there is none.
	RunLink string
	// ModelID is the logged model that was promoted (MLflow 3); most servers do not return it.
	ModelID string
	// Description is free text; empty when the registry has none.
	Description string
	// Tags are all tags of the version, other people's and MLflow's own (mlflow.*) included.
	Tags map[string]string
	// UserID is who registered the version; open-source MLflow leaves it empty.
	UserID string
	// CreatedAt is when the version was registered, to the millisecond.
	CreatedAt time.Time
	// UpdatedAt is when the version or its stage was last changed, to the millisecond.
	UpdatedAt time.Time
}

// NewVersion is what a caller gives to register a version.
type NewVersion struct {
	// Model is the name of the registered model, which must exist.
	Model string
	// Source is the URI of the model's files, of at most MaxSourceLength characters. MLflow takes models:/ URIs as well, and
	// a local path only together with a RunID.
	Source string
	// RunID is the run that produced the model; empty means none. MLflow does not look whether it exists.
	RunID string
	// RunLink is a link to that run on another server; empty means none.
	RunLink string
	// ModelID is the logged model that is promoted (MLflow 3); empty means none.
	ModelID string
	// Description is free text; empty means none.
	Description string
	// Tags are the tags that the version begins with; nil means none.
	Tags map[string]string
}

// Transition is a request to move one version to a stage.
type Transition struct {
	// Model is the name of the registered model.
	Model string
	// Number is the version that is moved.
	Number Number
	// Stage is where it goes.
	Stage Stage
	// ArchiveExisting asks the server to archive the other holders of Stage in the same transaction. It is
	// valid for an exclusive stage only.
	ArchiveExisting bool
	// Looked says that Seen, in ascending order, are all other versions that held an exclusive Stage at the look which the
	// transition rests on. A registry that can compare refuses the transition if another one has come since; MLflow cannot.
	Looked bool
	Seen   []Number
}

// Holders returns the numbers of the versions that are in stage, in ascending order.
func Holders(versions []Version, stage Stage) []Number {
	var holders []Number
	for _, version := range versions {
		if version.Stage == stage {
			holders = append(holders, version.Number)
		}
	}
	return SortedNumbers(holders)
}

// FindVersion returns the version with the given number, and whether there is one. The versions are in ascending order of
// number.
func FindVersion(versions []Version, number Number) (Version, bool) {
	place, found := slices.BinarySearchFunc(versions, number, func(version Version, wanted Number) int {
		return cmp.Compare(version.Number, wanted)
	})
	if !found {
		return Version{}, false
	}
	return versions[place], true
}

// SortVersions puts versions of one model into ascending order of number.
func SortVersions(versions []Version) {
	slices.SortFunc(versions, func(a, b Version) int { return cmp.Compare(a.Number, b.Number) })
}

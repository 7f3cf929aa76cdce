package registry

import (
	"fmt"
	"strings"
)

// Stage is the lifecycle stage of a model version, spelled as MLflow writes it.
type Stage string

// The stages MLflow knows. There are no others, and none can be added.
const (
	// StageNone is the stage of a version that was registered and not yet moved.
	StageNone Stage = "None"
	// StageStaging is the dress rehearsal before Production.
	StageStaging Stage = "Staging"
	// StageProduction serves users.
	StageProduction Stage = "Production"
	// StageArchived is kept for audit and rollback. It is never a deletion.
	StageArchived Stage = "Archived"
)

// Stages returns every stage, in the order of a version's life.
func Stages() []Stage {
	return []Stage{StageNone, StageStaging, StageProduction, StageArchived}
}

// ExclusiveStages returns the stages that archive_existing_versions applies to
// (MLflow's DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS): those a handover moves from one version to another.
func ExclusiveStages() []Stage {
	return []Stage{StageStaging, StageProduction}
}

// Exclusive reports whether the stage is one that a handover gives to a single version.
func (s Stage) Exclusive() bool {
	return s == StageStaging || s == StageProduction
}

// String returns the stage as MLflow writes it.
func (s Stage) String() string { return string(s) }

// ParseStage returns the stage that text names in any letter case, as MLflow's transition-stage accepts it.
// The error wraps ErrInvalid and lists the stages.
func ParseStage(text string) (Stage, error) {
	for _, stage := range Stages() {
		if strings.EqualFold(text, string(stage)) {
			return stage, nil
		}
	}
	return "", fmt.Errorf("%w: %q is not a stage: use one of %s", ErrInvalid, text, stageList())
}

func stageList() string {
	names := make([]string, 0, len(Stages()))
	for _, stage := range Stages() {
		names = append(names, string(stage))
	}
	return strings.Join(names, ", ")
}

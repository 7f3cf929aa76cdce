package embedded

import (
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// parseStage returns the stage that text names, as MLflow spells it.
func parseStage(text string) (registry.Stage, error) {
	var names []string
	for _, stage := range registry.Stages() {
		if len(text) == len(stage) && asciiLower(text) == asciiLower(stage.String()) {
			return stage, nil
		}
		names = append(names, stage.String())
	}
	return "", invalidf("Invalid Model Version stage: %s. Value must be one of %s.", text, strings.Join(names, ", "))
}

// transitionStage answers POST model-versions/transition-stage. With archive_existing_versions the other
// holders of the stage are archived in the same transaction, under the lock that lets one writer in at a
// time: of two promotions that race, the second finds the first done and archives it.
func transitionStage(t *transaction, request *message) (any, error) {
	stage, err := parseStage(request.text("stage"))
	if err != nil {
		return nil, err
	}
	archive := request.flags["archive_existing_versions"]
	if archive && !stage.Exclusive() {
		return nil, apiErrorf(codeInternal, "Model version transition cannot archive existing model versions because '%s' is "+
			"not an Active stage. Valid stages are ['Staging', 'Production']", request.text("stage"))
	}
	name, number, err := namedVersion(request)
	if err != nil {
		return nil, err
	}
	moved, err := t.change("UPDATE model_versions SET current_stage = ?, last_updated_time = ? "+
		"WHERE name = ? AND version = ? AND current_stage <> '"+stageDeleted+"'", stage.String(), t.now, name, number)
	if err != nil {
		return nil, err
	}
	if moved == 0 {
		return nil, versionNotFound(name, number)
	}
	if archive {
		// The plus keeps SQLite from planning the statement anew for each number.
		if err := t.exec("UPDATE model_versions SET current_stage = '"+registry.StageArchived.String()+"', last_updated_time = ? "+
			"WHERE name = ? AND current_stage = ? AND version <> +?", t.now, name, stage.String(), number); err != nil {
			return nil, err
		}
	}
	if err := t.touchModel(name); err != nil {
		return nil, err
	}
	return t.versionAnswer(name, number)
}

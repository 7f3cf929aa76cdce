package mlflow

import (
	"context"
	"fmt"
	"net/http"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

type stageTransition struct {
	Model           string `json:"name"`
	Number          string `json:"version"`
	Stage           string `json:"stage"`
	ArchiveExisting bool   `json:"archive_existing_versions"`
}

// TransitionStage moves a version to a stage and returns it (POST model-versions/transition-stage).
// ErrNotFound when there is no such version. ArchiveExisting with a stage that is not exclusive is
// ErrInvalid before any request: MLflow 3.17 would answer it with 500, which looks like a lost outcome.
//
// It is sent once, unless it certainly did not reach the server: sent again after somebody else's promotion, it would archive a
// version that no reviewer saw. ErrOutcomeUnknown, beside what the server answered, is for the caller to settle by reading.
func (c *Client) TransitionStage(ctx context.Context, transition registry.Transition) (registry.Version, error) {
	const endpoint = "model-versions/transition-stage"
	if transition.ArchiveExisting && !transition.Stage.Exclusive() {
		return registry.Version{}, &registry.Error{
			Kind: registry.ErrInvalid, Operation: http.MethodPost + " " + endpoint,
			Message: fmt.Sprintf("existing versions can be archived only on the way to %s or %s, not to %q (not sent)",
				registry.StageStaging, registry.StageProduction, transition.Stage),
		}
	}
	body := stageTransition{
		Model: transition.Model, Number: transition.Number.String(), Stage: transition.Stage.String(),
		ArchiveExisting: transition.ArchiveExisting,
	}
	var answer versionAnswer
	if err := c.send(ctx, http.MethodPost, endpoint, once, body, &answer); err != nil {
		return registry.Version{}, err
	}
	return answer.Version.version(), nil
}

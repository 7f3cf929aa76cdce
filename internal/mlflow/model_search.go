package mlflow

import (
	"context"
	"errors"
	"iter"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelPageSize is the most models that MLflow returns in one answer (SEARCH_REGISTERED_MODEL_MAX_RESULTS_THRESHOLD).
const modelPageSize = 1000

// searchModels lists models, and is what every registry has.
const searchModels = "registered-models/search"

// modelsAnswer is one page.
type modelsAnswer struct {
	Models    []modelWire `json:"registered_models"`
	NextToken string      `json:"next_page_token"`
}

func (a *modelsAnswer) next() string { return a.NextToken }

func (a *modelsAnswer) complete(body []byte) error {
	if a.Models == nil && a.NextToken == "" {
		return onlyFields(body, "registered_models")
	}
	for i := range a.Models {
		if a.Models[i].Name == "" {
			return errors.New(`an element of "registered_models" has no name`)
		}
	}
	return nil
}

func (a *modelsAnswer) all() iter.Seq[registry.Model] {
	return func(yield func(registry.Model) bool) {
		for i := range a.Models {
			if !yield(a.Models[i].model()) {
				return
			}
		}
	}
}

// SearchModels lists registered models with their tags and aliases (GET registered-models/search, at most 1,000 a page).
func (c *Client) SearchModels(ctx context.Context, wanted registry.Search) iter.Seq2[registry.Model, error] {
	return search(ctx, c, newListing(searchModels, wanted, modelPageSize, "name ASC"),
		func() results[registry.Model] { return &modelsAnswer{} },
		func(model registry.Model) (string, bool) {
			return model.Name, !model.IsPrompt() && named(wanted, model.Name) && hasTags(model.Tags, wanted.Tags)
		})
}

package mlflow

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strconv"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelPageSize is the most models that MLflow returns in one answer (SEARCH_REGISTERED_MODEL_MAX_RESULTS_THRESHOLD).
const modelPageSize = 1000

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

// SearchModels lists registered models with their tags and aliases (GET registered-models/search, at most 1,000 a page).
func (c *Client) SearchModels(ctx context.Context, search registry.Search) iter.Seq2[registry.Model, error] {
	return func(yield func(registry.Model, error) bool) {
		list := listing{
			endpoint: "registered-models/search",
			wanted:   url.Values{},
			tuning:   url.Values{"max_results": {strconv.Itoa(pageSize(search.PageSize, modelPageSize))}},
		}
		if filter := searchFilter(search); filter != "" {
			list.wanted.Set("filter", filter)
		}
		list.orderOr(search.OrderBy, "name ASC")
		given := map[string]bool{}
		err := pages(ctx, c, list, func() *modelsAnswer { return &modelsAnswer{} }, func(page *modelsAnswer) bool {
			for i := range page.Models {
				model := page.Models[i].model()
				if given[model.Name] || model.IsPrompt() || !named(search, model.Name) || !hasTags(model.Tags, search.Tags) {
					continue
				}
				given[model.Name] = true
				if !yield(model, nil) {
					return false
				}
			}
			return true
		})
		if err != nil {
			yield(registry.Model{}, err)
		}
	}
}

// pageSize returns how many results to ask for: what is wanted, or the most there is.
func pageSize(wanted, most int) int {
	if wanted <= 0 {
		return most
	}
	return min(wanted, most)
}

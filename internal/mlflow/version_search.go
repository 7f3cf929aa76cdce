package mlflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// searchPageSize is the most that MLflow returns in one answer
// (SEARCH_MODEL_VERSION_MAX_RESULTS_THRESHOLD), so that one request is enough in practice.
const searchPageSize = 200_000

// searchOrder keeps pages steady while versions change: MLflow's default order is by time of last change.
const searchOrder = "version_number ASC"

// searchAnswer is one page. MLflow leaves out what is empty: a model without versions is {}.
type searchAnswer struct {
	Versions  []versionWire `json:"model_versions"`
	NextToken string        `json:"next_page_token"`
}

func (a *searchAnswer) complete(body []byte) error {
	if a.Versions == nil && a.NextToken == "" {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(body, &fields); err != nil {
			return err
		}
		delete(fields, "model_versions")
		delete(fields, "next_page_token")
		if len(fields) > 0 {
			return errors.New(`the answer has no "model_versions"`)
		}
	}
	for i := range a.Versions {
		if a.Versions[i].Model == "" || a.Versions[i].Number == 0 {
			return errors.New(`an element of "model_versions" has no name or no version`)
		}
	}
	return nil
}

// Versions returns every version of a model in ascending order of number (GET model-versions/search, in one
// request for up to 200,000). A model that does not exist has none; MLflow leaves out the versions of
// prompts, too.
func (c *Client) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	versions, err := c.searchVersions(ctx, model, url.Values{
		"max_results": {strconv.Itoa(searchPageSize)}, "order_by": {searchOrder},
	})
	// A server with a smaller limit or other words for the order refuses the first page: ask for its own.
	if errors.Is(err, registry.ErrInvalid) {
		if plain, plainErr := c.searchVersions(ctx, model, nil); plainErr == nil {
			return plain, nil
		}
	}
	return versions, err
}

func (c *Client) searchVersions(ctx context.Context, model string, options url.Values) ([]registry.Version, error) {
	query := url.Values{"filter": {nameFilter(model)}}
	for key, values := range options {
		query[key] = values
	}
	found := map[registry.Number]registry.Version{}
	tokens := map[string]bool{}
	for {
		var page searchAnswer
		if err := c.get(ctx, "model-versions/search", query, &page); err != nil {
			return nil, err
		}
		for i := range page.Versions {
			if page.Versions[i].Model == model {
				version := page.Versions[i].version()
				found[version.Number] = version
			}
		}
		if page.NextToken == "" {
			return sortedVersions(found), nil
		}
		if tokens[page.NextToken] {
			return nil, &registry.Error{
				Kind: registry.ErrNotMLflow, Status: 200, Operation: "GET model-versions/search",
				Message: fmt.Sprintf("the same page token came twice after %d pages", len(tokens)),
			}
		}
		tokens[page.NextToken] = true
		query.Set("page_token", page.NextToken)
	}
}

func sortedVersions(found map[registry.Number]registry.Version) []registry.Version {
	versions := make([]registry.Version, 0, len(found))
	for _, version := range found {
		versions = append(versions, version)
	}
	slices.SortFunc(versions, func(a, b registry.Version) int { return cmp.Compare(a.Number, b.Number) })
	return versions
}

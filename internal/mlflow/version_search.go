package mlflow

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strconv"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// versionPageSize is the most that MLflow returns in one answer
// (SEARCH_MODEL_VERSION_MAX_RESULTS_THRESHOLD), so that one request is enough in practice.
const versionPageSize = 200_000

// searchOrder keeps pages steady while versions change: MLflow's default order is by time of last change.
const searchOrder = "version_number ASC"

// versionsAnswer is one page.
type versionsAnswer struct {
	Versions  []versionWire `json:"model_versions"`
	NextToken string        `json:"next_page_token"`
}

func (a *versionsAnswer) next() string { return a.NextToken }

func (a *versionsAnswer) complete(body []byte) error {
	if a.Versions == nil && a.NextToken == "" {
		return onlyFields(body, "model_versions")
	}
	for i := range a.Versions {
		if a.Versions[i].Model == "" || a.Versions[i].Number == 0 {
			return errors.New(`an element of "model_versions" has no name or no version`)
		}
	}
	return nil
}

func (a *versionsAnswer) all() iter.Seq[registry.Version] {
	return func(yield func(registry.Version) bool) {
		for i := range a.Versions {
			if !yield(a.Versions[i].version()) {
				return
			}
		}
	}
}

// Versions returns every version of a model in ascending order of number (GET model-versions/search, in one
// request for up to 200,000). A model that does not exist has none; MLflow leaves out the versions of
// prompts, too.
func (c *Client) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	list := listing{
		endpoint: "model-versions/search",
		wanted:   url.Values{"filter": {nameFilter(model)}},
		tuning:   url.Values{"max_results": {strconv.Itoa(versionPageSize)}, "order_by": {searchOrder}},
	}
	found := map[registry.Number]registry.Version{}
	err := pages(ctx, c, list, func() *versionsAnswer { return &versionsAnswer{} }, func(page *versionsAnswer) (fresh int, more bool) {
		for i := range page.Versions {
			if page.Versions[i].Model != model {
				fresh++
				continue
			}
			version := page.Versions[i].version()
			if _, known := found[version.Number]; !known {
				fresh++
			}
			found[version.Number] = version
		}
		return fresh, true
	})
	if err != nil {
		return nil, err
	}
	return sortedVersions(found), nil
}

// SearchVersions lists versions of one model or of all (GET model-versions/search). MLflow returns no aliases with them, and
// leaves out a model's versions once one of them is a prompt's.
func (c *Client) SearchVersions(ctx context.Context, wanted registry.Search) iter.Seq2[registry.Version, error] {
	type key struct {
		model  string
		number registry.Number
	}
	return search(ctx, c, newListing("model-versions/search", wanted, versionPageSize, "name ASC", "version_number DESC"),
		func() results[registry.Version] { return &versionsAnswer{} },
		func(version registry.Version) (key, bool) {
			return key{version.Model, version.Number},
				!version.IsPrompt() && named(wanted, version.Model) && hasTags(version.Tags, wanted.Tags)
		})
}

func sortedVersions(found map[registry.Number]registry.Version) []registry.Version {
	versions := make([]registry.Version, 0, len(found))
	for _, version := range found {
		versions = append(versions, version)
	}
	registry.SortVersions(versions)
	return versions
}

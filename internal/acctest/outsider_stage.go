package acctest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// pageSize is how many versions one search asks for: a stage's holders are seen at one instant as long as
// the model has no more versions than that.
const pageSize = 10000

// Transition moves a version to a stage, archiving the stage's other holders in the same transaction if asked to.
// It returns in a later millisecond than the one that the version bears: what the test does next is later for everybody
// who compares times of last change, which are in milliseconds and would be equal on a fast disk.
func (r *Registry) Transition(t testing.TB, model, version, stage string, archiveExisting bool) {
	t.Helper()
	if StagesAreAliases() {
		r.moveAlias(t, model, version, stage, archiveExisting)
		return
	}
	body := object{"name": model, "version": version, "stage": stage, "archive_existing_versions": archiveExisting}
	var moved struct {
		ModelVersion struct {
			LastUpdated int64 `json:"last_updated_timestamp"`
		} `json:"model_version"`
	}
	r.call(t, http.MethodPost, "model-versions/transition-stage", nil, body, &moved)
	later := time.UnixMilli(moved.ModelVersion.LastUpdated + 1)
	for now := time.Now(); now.Before(later); now = time.Now() {
		time.Sleep(later.Sub(now))
	}
}

// Stage returns the stage a version is in.
func (r *Registry) Stage(t testing.TB, model, version string) string {
	t.Helper()
	return r.version(t, model, version).Stage
}

// Holders returns the numbers of the versions that are in a stage, in ascending order.
func (r *Registry) Holders(t testing.TB, model, stage string) []string {
	t.Helper()
	holders, err := r.holders(model, stage)
	if err != nil {
		t.Fatalf("outsider: %v", err)
	}
	return holders
}

// Versions returns the numbers of all versions of a model, in ascending order.
func (r *Registry) Versions(t testing.TB, model string) []string {
	t.Helper()
	versions, err := r.search(model)
	if err != nil {
		t.Fatalf("outsider: %v", err)
	}
	return numbers(versions)
}

func (r *Registry) holders(model, stage string) ([]string, error) {
	if alias := stageAlias(stage); alias != "" && StagesAreAliases() {
		return r.aliased(model, alias)
	}
	versions, err := r.search(model)
	if err != nil {
		return nil, err
	}
	return numbers(slices.DeleteFunc(versions, func(one modelVersion) bool { return one.Stage != stage })), nil
}

// search returns every version of a model, page by page.
func (r *Registry) search(model string) ([]modelVersion, error) {
	query := url.Values{"max_results": {strconv.Itoa(pageSize)}}
	if filter := nameFilter(model); filter != "" {
		query.Set("filter", filter)
	}
	var versions []modelVersion
	for {
		var page struct {
			Versions []modelVersion `json:"model_versions"`
			Next     string         `json:"next_page_token"`
		}
		if err := r.fetch(http.MethodGet, "model-versions/search", query, nil, &page); err != nil {
			return nil, fmt.Errorf("versions of %q: %w", model, err)
		}
		for _, one := range page.Versions {
			if one.Name == model {
				versions = append(versions, one)
			}
		}
		if page.Next == "" {
			return versions, r.staged(model, versions)
		}
		query.Set("page_token", page.Next)
	}
}

// nameFilter returns the search filter for a model's name, or nothing for a name that MLflow's filters cannot
// write: they have two kinds of quotes and no way to escape one.
func nameFilter(model string) string {
	switch {
	case !strings.Contains(model, "'"):
		return "name='" + model + "'"
	case !strings.Contains(model, `"`):
		return `name="` + model + `"`
	}
	return ""
}

// numbers returns the version numbers in ascending order of their value.
func numbers(versions []modelVersion) []string {
	found := make([]string, 0, len(versions))
	for _, one := range versions {
		found = append(found, one.Version)
	}
	slices.SortFunc(found, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return found
}

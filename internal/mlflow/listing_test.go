package mlflow_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestListingStopsWithTheLoop(t *testing.T) {
	server := serve(t, found("a", 9, 8), found("b", 7, 6))
	for version, err := range server.connect().SearchVersions(t.Context(), registry.Search{PageSize: 2}) {
		must(t, err)
		if version.Number == 7 {
			break
		}
	}
	for _, request := range server.got {
		if size := request.URL.Query().Get("max_results"); size != "2" {
			t.Errorf("asked for %s a page", size)
		}
	}
}

func TestListingYieldsAnErrorLast(t *testing.T) {
	server := serve(t, found("a", 9), fails(400, "INVALID_PARAMETER_VALUE", "Invalid page token"))
	var seen []registry.Number
	var failed error
	for version, err := range server.connect().SearchVersions(t.Context(), registry.Search{}) {
		if failed != nil {
			t.Fatal("something came after the error")
		}
		if failed = err; err == nil {
			seen = append(seen, version.Number)
		}
	}
	wantKind(t, "the second page", failed, registry.ErrInvalid)
	if len(seen) != 1 {
		t.Errorf("seen %v", seen)
	}
}

func TestListingYieldsNothingTwice(t *testing.T) {
	model := func(token string, names ...string) reply {
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"registered_models": [`)
			for i, name := range names {
				if i > 0 {
					_, _ = fmt.Fprint(w, ",")
				}
				_, _ = fmt.Fprintf(w, `{"name": %q}`, name)
			}
			_, _ = fmt.Fprintf(w, `], "next_page_token": %q}`, token)
		}
	}
	// Somebody registers "a" between the two pages, so that "b" slips onto the second.
	models := collect(t, serve(t, model("t", "b"), model("", "b", "c")).connect().SearchModels(t.Context(), registry.Search{}))
	if len(models) != 2 || models[0].Name != "b" || models[1].Name != "c" {
		t.Errorf("models %+v", models)
	}
	versions := collect(t, serve(t, found("t", 2), found("", 2, 1)).connect().SearchVersions(t.Context(), registry.Search{}))
	if len(versions) != 2 {
		t.Errorf("versions %+v", versions)
	}
}

// A server may have a smaller limit than MLflow's. What the caller asked for is kept when it is asked again.
func TestListingAsksForASmallerPageOnce(t *testing.T) {
	refused := fails(400, "INVALID_PARAMETER_VALUE", "max_results must be at most 100")
	server := serve(t, refused, says(200, `{"registered_models": [{"name": "m"}]}`))
	collect(t, server.connect().SearchModels(t.Context(), registry.Search{Filter: "name = 'm'", OrderBy: []string{"name DESC"}}))
	again := server.got[1].URL.Query()
	if again.Has("max_results") || again.Get("filter") != "name = 'm'" || again.Get("order_by") != "name DESC" {
		t.Errorf("asked again with %v", again)
	}
}

// What the user writes stands behind what we add: a comment in it cannot take our conditions away.
func TestFilterOfASearch(t *testing.T) {
	for want, search := range map[string]registry.Search{
		"": {Filter: "  "},
		"name = 'm' AND tags.`a b` = 'x' AND tags.`team` = \"it's\" AND run_id = '7' -- ": {
			Model: "m", Tags: map[string]string{"team": "it's", "a b": "x"}, Filter: "run_id = '7' -- ",
		},
		`name LIKE 'm_' AND name != 'x'`: {Model: `m\`, Filter: "name != 'x'"},
		"tags.`k` LIKE '_\"_'":           {Tags: map[string]string{"k": `'"\`, "no`key": "x"}},
	} {
		server := serve(t, says(200, "{}"))
		collect(t, server.connect().SearchVersions(t.Context(), search))
		if got := server.got[0].URL.Query().Get("filter"); got != want {
			t.Errorf("filter %s, want %s", got, want)
		}
	}
}

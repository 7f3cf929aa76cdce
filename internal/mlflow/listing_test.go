package mlflow_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
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

// Servers take request lines of 4,094 bytes (gunicorn) and more. Tags that would not fit are compared here.
func TestLongTagsAreComparedHere(t *testing.T) {
	long := strings.Repeat("0123456789", 480)
	wide := strings.Repeat("é", 300) // Six bytes each in a URL.
	body := fmt.Sprintf(`{"registered_models": [{"name": "a", "tags": [{"key": "note", "value": %q}, {"key": "team", "value": "risk"}, {"key": "wide", "value": %q}]},
		{"name": "b", "tags": [{"key": "team", "value": "risk"}]}, {"name": "c", "tags": [{"key": "note", "value": %q}]}]}`, long, wide, long+"x")
	for name, test := range map[string]struct {
		tags   map[string]string
		filter string
	}{
		"one":        {map[string]string{"note": long}, ""},
		"one of two": {map[string]string{"note": long, "team": "risk"}, "tags.`team` = 'risk'"},
		"several":    {map[string]string{"wide": wide, "team": "risk"}, "tags.`team` = 'risk' AND tags.`wide` = '" + wide + "'"},
		"all":        {map[string]string{"wide": wide, "team": "risk", "note": long}, "tags.`team` = 'risk' AND tags.`wide` = '" + wide + "'"},
	} {
		server := serve(t, says(200, body))
		models := collect(t, server.connect().SearchModels(t.Context(), registry.Search{Tags: test.tags}))
		if len(models) != 1 || models[0].Name != "a" {
			t.Errorf("%s: %d models", name, len(models))
		}
		if got := server.got[0].URL.Query().Get("filter"); got != test.filter {
			t.Errorf("%s: filter %.60s, want %.60s", name, got, test.filter)
		}
		if length := len(server.got[0].RequestURI); length > 3400 {
			t.Errorf("%s: a request line of %d bytes", name, length)
		}
	}
}

// What the user wrote is sent as it is, and a server that finds it too long is understood.
func TestALongAddressIsAFaultOfItsOwn(t *testing.T) {
	for name, refused := range map[string]reply{
		"nginx":    says(414, "<html><center><h1>414 Request-URI Too Large</h1></center></html>"),
		"gunicorn": says(400, "<html><head><title>Bad Request</title></head><body><h1><p>Bad Request</p></h1>Request Line is too large (5025 &gt; 4094)</body></html>"),
		"node":     says(431, ""),
	} {
		_, err := serve(t, refused, refused).connect().Versions(t.Context(), "m")
		failure, ok := errors.AsType[*registry.Error](err)
		if !ok || failure.Fault != registry.FaultLongAddress || !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

package mlflow_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// found answers a search with versions of model m and a page token.
func found(token string, numbers ...int) reply {
	elements := make([]string, 0, len(numbers))
	for _, number := range numbers {
		elements = append(elements, fmt.Sprintf(`{"name": "m", "version": "%d"}`, number))
	}
	return says(200, fmt.Sprintf(`{"model_versions": [%s], "next_page_token": %q}`, strings.Join(elements, ","), token))
}

func TestSearchFollowsPageTokens(t *testing.T) {
	// Version 3 slips from one page to the next, as when a version is deleted meanwhile; the last page is empty.
	server := serve(t, found("a", 9, 3), found("b+/=", 3, 1), found("c", 12), found(""))
	versions, err := server.connect().Versions(t.Context(), "m")
	must(t, err)
	if want := []registry.Number{1, 3, 9, 12}; !slices.Equal(numbers(versions), want) {
		t.Errorf("numbers %v, want %v", numbers(versions), want)
	}
	for i, token := range []string{"", "a", "b+/=", "c"} {
		query := server.got[i].URL.Query()
		if query.Get("page_token") != token || query.Get("max_results") != "200000" || query.Get("filter") != "name = 'm'" ||
			query.Get("order_by") != "version_number ASC" {
			t.Errorf("page %d was asked for with %v", i+1, query)
		}
	}
}

func TestSearchDoesNotGoInCircles(t *testing.T) {
	server := serve(t, found("a", 1), found("b", 2), found("a", 3))
	_, err := server.connect().Versions(t.Context(), "m")
	wantKind(t, "token again", err, registry.ErrNotMLflow)
}

// A server that names a next page for ever is left: when nothing new comes, and when more comes than any registry has.
func TestSearchEnds(t *testing.T) {
	for name, test := range map[string]struct {
		page  func(number int) string
		pages int
		says  string
	}{
		"empty pages":    {func(int) string { return "" }, 50, "50 pages in a row brought nothing new"},
		"the same again": {func(int) string { return `{"name": "m", "version": "1"}` }, 51, "50 pages in a row brought nothing new"},
		"other models":   {func(number int) string { return fmt.Sprintf(`{"name": "M", "version": "%d"}`, number) }, 101, "101 pages brought 101 entries"},
		"a few versions": {func(number int) string { return fmt.Sprintf(`{"name": "m", "version": "%d"}`, number) }, 101, "101 pages brought 101 entries"},
		"ever more versions": {func(number int) string {
			var many []string
			for i := range 20 {
				many = append(many, fmt.Sprintf(`{"name": "m", "version": "%d"}`, 20*number+i))
			}
			return strings.Join(many, ",")
		}, 2001, "on 2001 pages, and names a next one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			client := connect(t, "http://registry.example", func(c *mlflow.Config) {
				c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
					asked++
					return answerWith(200, fmt.Sprintf(`{"model_versions": [%s], "next_page_token": "t%d"}`, test.page(asked), asked)), nil
				})
			})
			_, err := client.Versions(t.Context(), "m")
			failure, ok := errors.AsType[*registry.Error](err)
			if !ok || failure.Fault != registry.FaultEndless || !strings.Contains(err.Error(), test.says) || asked != test.pages {
				t.Errorf("%v after %d pages; want %q after %d", err, asked, test.says, test.pages)
			}
		})
	}
}

// Registries that leave out what the caller may not read send empty pages in between, and ones with nothing but what was seen.
func TestSearchGoesOnAfterEmptyPages(t *testing.T) {
	script := []reply{found("a", 1)}
	for number := range 49 {
		script = append(script, found(fmt.Sprintf("e%d", number), 1))
	}
	versions, err := serve(t, append(script, found("b", 2), found("c"), found("", 3))...).connect().Versions(t.Context(), "m")
	must(t, err)
	if want := []registry.Number{1, 2, 3}; !slices.Equal(numbers(versions), want) {
		t.Errorf("versions %v", versions)
	}
}

func TestSearchAsksForASmallerPageOnce(t *testing.T) {
	refused := fails(400, "INVALID_PARAMETER_VALUE", "max_results must be at most 1000")
	server := serve(t, refused, found("a", 1), found("", 2))
	versions, err := server.connect().Versions(t.Context(), "m")
	must(t, err)
	if len(versions) != 2 {
		t.Errorf("versions %v", versions)
	}
	for _, request := range server.got[1:] {
		if request.URL.Query().Has("max_results") || request.URL.Query().Has("order_by") {
			t.Errorf("asked again with %v", request.URL.Query())
		}
	}

	_, err = serve(t, refused, fails(400, "INVALID_PARAMETER_VALUE", "no")).connect().Versions(t.Context(), "m")
	wantKind(t, "refused twice", err, registry.ErrInvalid)
	if !strings.Contains(err.Error(), "at most 1000") {
		t.Errorf("the first refusal is lost: %v", err)
	}
}

func TestSearchKeepsOnlyTheExactName(t *testing.T) {
	body := `{"model_versions": [{"name": "m", "version": "1"}, {"name": "M", "version": "2"}, {"name": "m ", "version": "3"}]}`
	versions, err := serve(t, says(200, body)).connect().Versions(t.Context(), "m")
	must(t, err)
	if !slices.Equal(numbers(versions), []registry.Number{1}) {
		t.Errorf("versions %v", versions)
	}
}

func TestSearchReadsManyVersions(t *testing.T) {
	const count = 20_000
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"model_versions": [`)
		for number := count; number > 0; number-- {
			_, _ = fmt.Fprintf(w, `{"name": "m", "version": "%d", "creation_timestamp": 1700000000000, "tags": [{"key": "k", "value": "v"}]}`, number)
			if number > 1 {
				_, _ = fmt.Fprint(w, ",")
			}
		}
		_, _ = fmt.Fprint(w, "]}")
	})
	versions, err := server.connect().Versions(t.Context(), "m")
	must(t, err)
	if len(versions) != count || versions[0].Number != 1 || versions[count-1].Number != count {
		t.Errorf("%d versions", len(versions))
	}
}

func TestNamesInFilters(t *testing.T) {
	for name, want := range map[string]string{
		"plain":          `name = 'plain'`,
		"it's":           `name = "it's"`,
		`say "hi"`:       `name = 'say "hi"'`,
		`it's "both"`:    `name LIKE 'it_s "both"'`,
		`'\"%`:           `name LIKE '__"%'`,
		"100% a_b":       `name = '100% a_b'`,
		"`ticks`":        "name = '`ticks`'",
		`back\slash\`:    `name LIKE 'back_slash_'`,
		"日本語 & +?#=/%41": "name = '日本語 & +?#=/%41'",
	} {
		server := serve(t, says(200, "{}"))
		_, err := server.connect().Versions(t.Context(), name)
		must(t, err)
		query, err := url.ParseQuery(server.got[0].URL.RawQuery)
		must(t, err)
		if got := query.Get("filter"); got != want {
			t.Errorf("filter of %q is %s, want %s", name, got, want)
		}
	}
}

package mlflow_test

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// lister is what the behaviours of listing need.
type lister interface {
	registry.Registry
	registry.Searcher
	registry.Inspector
}

var listingBehaviours = []behaviour{
	{"models are listed by name, with tags and aliases", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model+"-b", 1)
		register(t, r, model+"-a", 2)
		must(t, r.SetModelTag(t.Context(), model+"-a", "team", "risk"))
		must(t, r.SetAlias(t.Context(), model+"-a", "champion", 2))
		got := collect(t, r.(lister).SearchModels(t.Context(), registry.Search{Filter: "name LIKE '" + model + "-%'"}))
		if len(got) != 2 || got[0].Name != model+"-a" || got[1].Name != model+"-b" {
			t.Fatalf("models %+v", got)
		}
		if !maps.Equal(got[0].Tags, map[string]string{"team": "risk"}) || got[0].Aliases["champion"] != 2 {
			t.Errorf("model %+v", got[0])
		}
	}},
	{"pages of models follow each other", func(t *testing.T, r registry.Registry, model string) {
		for _, letter := range strings.Split("abcde", "") {
			register(t, r, model+letter, 0)
		}
		search := registry.Search{Filter: "name LIKE '" + model + "%'", OrderBy: []string{"name DESC"}, PageSize: 2}
		var names []string
		for _, found := range collect(t, r.(lister).SearchModels(t.Context(), search)) {
			names = append(names, strings.TrimPrefix(found.Name, model))
		}
		if want := []string{"e", "d", "c", "b", "a"}; !slices.Equal(names, want) {
			t.Errorf("names %v, want %v", names, want)
		}
	}},
	{"models and versions are found by tags of any text", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, len(awkward))
		for i, text := range awkward {
			name := model + string(rune('a'+i))
			register(t, r, name, 0)
			must(t, r.SetModelTag(t.Context(), name, "group/x y.z:1", model))
			must(t, r.SetModelTag(t.Context(), name, "text", text))
			must(t, r.SetVersionTag(t.Context(), model, registry.Number(i+1), "text", text))
		}
		for i, text := range awkward {
			search := registry.Search{Tags: map[string]string{"text": text, "group/x y.z:1": model}, Filter: "name != 'x'"}
			models := collect(t, r.(lister).SearchModels(t.Context(), search))
			if len(models) != 1 || models[0].Tags["text"] != text {
				t.Errorf("models tagged %q: %+v", text, models)
			}
			versions := collect(t, r.(lister).SearchVersions(t.Context(), registry.Search{
				Model: model, Tags: map[string]string{"text": text}, Filter: "version_number > 0",
			}))
			if !slices.Equal(numbers(versions), []registry.Number{registry.Number(i + 1)}) {
				t.Errorf("versions tagged %q: %v, want %d", text, numbers(versions), i+1)
			}
		}
	}},
	{"a model of any name is listed with another condition", func(t *testing.T, r registry.Registry, model string) {
		for _, text := range awkward {
			register(t, r, model+text, 2)
			models := collect(t, r.(lister).SearchModels(t.Context(), registry.Search{Model: model + text, Filter: "name != 'x'"}))
			if len(models) != 1 || models[0].Name != model+text {
				t.Errorf("models named %q: %+v", model+text, models)
			}
			versions := collect(t, r.(lister).SearchVersions(t.Context(), registry.Search{Model: model + text, Filter: "source_path != 'x'"}))
			if !slices.Equal(numbers(versions), []registry.Number{2, 1}) {
				t.Errorf("versions of %q: %v", model+text, numbers(versions))
			}
		}
	}},
	{"versions come newest first, page by page, as far as they are asked for", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 7)
		must(t, r.DeleteVersion(t.Context(), model, 4))
		all := collect(t, r.(lister).SearchVersions(t.Context(), registry.Search{Model: model, PageSize: 2}))
		if want := []registry.Number{7, 6, 5, 3, 2, 1}; !slices.Equal(numbers(all), want) {
			t.Errorf("numbers %v, want %v", numbers(all), want)
		}
		var some []registry.Version
		for version, err := range r.(lister).SearchVersions(t.Context(), registry.Search{Model: model, OrderBy: []string{"version_number ASC"}}) {
			must(t, err)
			if some = append(some, version); len(some) == 3 {
				break
			}
		}
		if want := []registry.Number{1, 2, 3}; !slices.Equal(numbers(some), want) {
			t.Errorf("numbers %v, want %v", numbers(some), want)
		}
	}},
	{"prompts are left out, also when the filter asks for them", func(t *testing.T, r registry.Registry, model string) {
		_, err := r.CreateModel(t.Context(), registry.NewModel{Name: model, Tags: map[string]string{"mlflow.prompt.is_prompt": "true"}})
		must(t, err)
		forget(t, r, model)
		create(t, r, registry.NewVersion{Model: model, Source: "dummy-source", Tags: map[string]string{
			"mlflow.prompt.is_prompt": "true", "mlflow.prompt.text": "Hello",
		}})
		prompt, err := r.Model(t.Context(), model)
		must(t, err)
		version, err := r.Version(t.Context(), model, 1)
		must(t, err)
		if !prompt.IsPrompt() || !version.IsPrompt() {
			t.Errorf("a prompt is not known as one: %+v, %+v", prompt, version)
		}
		for _, filter := range []string{"", "tags.`mlflow.prompt.is_prompt` = 'true'"} {
			search := registry.Search{Model: model, Filter: filter}
			models, versions := collect(t, r.(lister).SearchModels(t.Context(), search)), collect(t, r.(lister).SearchVersions(t.Context(), search))
			if len(models) != 0 || len(versions) != 0 {
				t.Errorf("with the filter %q: %+v, %+v", filter, models, versions)
			}
		}
	}},
	{"a filter or an order that the registry does not know is refused", func(t *testing.T, r registry.Registry, _ string) {
		for _, search := range []registry.Search{{Filter: "owner = 'x'"}, {Filter: "nonsense"}, {OrderBy: []string{"size ASC"}}} {
			for _, err := range r.(lister).SearchModels(t.Context(), search) {
				wantKind(t, "models", err, registry.ErrInvalid)
			}
			for _, err := range r.(lister).SearchVersions(t.Context(), search) {
				wantKind(t, "versions", err, registry.ErrInvalid)
			}
		}
	}},
	{"the server tells its version and that it has stages", func(t *testing.T, r registry.Registry, _ string) {
		server, err := r.(lister).Server(t.Context())
		must(t, err)
		if server.Version == "" || !server.Stages {
			t.Errorf("server %+v", server)
		}
	}},
}

// collect reads a listing to its end; an error of it ends the test.
func collect[T any](t *testing.T, found iter.Seq2[T, error]) []T {
	t.Helper()
	var list []T
	for one, err := range found {
		must(t, err)
		list = append(list, one)
	}
	return list
}

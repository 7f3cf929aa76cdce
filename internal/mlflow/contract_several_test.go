package mlflow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var severalBehaviours = []behaviour{
	{"several models are found in one search", func(t *testing.T, r registry.Registry, model string) {
		var names []string
		for _, text := range awkward {
			if strings.ContainsAny(text, "'\"\\`") {
				continue // A list in a filter cannot hold these.
			}
			register(t, r, model+text, 2)
			must(t, r.SetAlias(t.Context(), model+text, "champion", 1))
			names = append(names, model+text)
		}
		if len(names) < 3 {
			t.Fatalf("too few names to search for: %q", names)
		}
		register(t, r, model+"-other", 3)
		slices.Sort(names)
		search := registry.Search{Models: append(slices.Clone(names), model+"-missing")}
		var found []string
		for _, got := range collect(t, r.(lister).SearchModels(t.Context(), search)) {
			found = append(found, got.Name)
			if got.Aliases["champion"] != 1 || got.LatestVersion != 2 {
				t.Errorf("model %+v, want the alias and two versions", got)
			}
		}
		if slices.Sort(found); !slices.Equal(found, names) {
			t.Errorf("found models %q, want %q", found, names)
		}
		count := map[string]int{}
		for _, version := range collect(t, r.(lister).SearchVersions(t.Context(), search)) {
			count[version.Model]++
		}
		for _, name := range names {
			if count[name] != 2 {
				t.Errorf("%d versions of %q, want 2", count[name], name)
			}
		}
		if len(count) != len(names) {
			t.Errorf("versions of %v, want those of %q", count, names)
		}
	}},
	{"models are found by what their names start with", func(t *testing.T, r registry.Registry, model string) {
		for _, prefix := range []string{"it's ", "a%b", `back\`, "x_y"} {
			register(t, r, model+prefix+"1", 1)
			register(t, r, model+prefix+"2", 1)
			got := collect(t, r.(lister).SearchModels(t.Context(), registry.Search{Prefix: model + prefix}))
			if len(got) != 2 || got[0].Name != model+prefix+"1" || got[1].Name != model+prefix+"2" {
				t.Errorf("models that start with %q: %+v", model+prefix, got)
			}
		}
	}},
}

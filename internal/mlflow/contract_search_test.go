package mlflow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// awkward holds what is hard to write in a search filter.
var awkward = []string{
	`it's`, `say "hi"`, `both 'kinds' of "quotes"`, `'"`, "100% a_b", "`back` ticks", `back\slash`, `ends\`, `'ends"\`,
	"日本語 🙂", "é", "a;b", "-- c", "x AND y", "name = 'x'", "  inner  spaces ", "a,b(c)", "#1", "''", `""`,
}

var searchBehaviours = []behaviour{
	{"all versions come in ascending order", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 12)
		must(t, r.DeleteVersion(t.Context(), model, 5))
		must(t, r.SetVersionTag(t.Context(), model, 3, "k", "v"))
		_, err := r.TransitionStage(t.Context(), registry.Transition{Model: model, Number: 2, Stage: registry.StageProduction})
		must(t, err)
		versions, err := r.Versions(t.Context(), model)
		must(t, err)
		if want := []registry.Number{1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12}; !slices.Equal(numbers(versions), want) {
			t.Errorf("numbers %v, want %v", numbers(versions), want)
		}
		for _, version := range versions {
			single, err := r.Version(t.Context(), model, version.Number)
			must(t, err)
			if version.Stage != single.Stage || version.Source != single.Source || version.Status != single.Status ||
				version.Tags["k"] != single.Tags["k"] || !version.UpdatedAt.Equal(single.UpdatedAt) {
				t.Errorf("search has %+v, get has %+v", version, single)
			}
		}
	}},
	{"a missing or empty model has no versions", func(t *testing.T, r registry.Registry, model string) {
		for range 2 {
			versions, err := r.Versions(t.Context(), model)
			if err != nil || len(versions) != 0 {
				t.Errorf("versions %v, %v", versions, err)
			}
			register(t, r, model+"x", 0)
			model += "x"
		}
	}},
	{"any name is found, and only that", func(t *testing.T, r registry.Registry, model string) {
		var names []string
		for _, text := range awkward {
			names = append(names, model+text)
		}
		// These match the LIKE patterns and case-blind comparisons of the names above.
		for _, text := range []string{`BOTH 'KINDS' of "quotes"`, `both _kinds_ of "quotes"`, "100x axb", "É", `back/slash`[:4] + "_slash"} {
			names = append(names, model+text)
		}
		for _, name := range names {
			register(t, r, name, 1)
		}
		for _, name := range names {
			versions, err := r.Versions(t.Context(), name)
			if err != nil || len(versions) != 1 || versions[0].Model != name {
				t.Errorf("Versions(%q) = %+v, %v", name, versions, err)
			}
			if got, err := r.Model(t.Context(), name); err != nil || got.Name != name {
				t.Errorf("Model(%q) = %+v, %v", name, got, err)
			}
			if got, err := r.Version(t.Context(), name, 1); err != nil || got.Model != name {
				t.Errorf("Version(%q, 1) = %+v, %v", name, got, err)
			}
		}
	}},
	{"a name that was not registered is not found through a similar one", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model+`a'b"c`, 1)
		for _, name := range []string{model + `a"b'c`, strings.ToLower(model) + `a'b"c`, model + `a'b"_`, model + "%"} {
			versions, err := r.Versions(t.Context(), name)
			if err != nil || len(versions) != 0 {
				t.Errorf("Versions(%q) = %+v, %v", name, versions, err)
			}
		}
	}},
}

func numbers(versions []registry.Version) []registry.Number {
	list := make([]registry.Number, 0, len(versions))
	for _, version := range versions {
		list = append(list, version.Number)
	}
	return list
}

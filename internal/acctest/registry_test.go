package acctest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestOutsiderSeesWhatItDid(t *testing.T) {
	registry := NewRegistry(t)
	model := registry.UniqueName(t, `it's "a" 100% modèle`)
	if registry.ModelExists(t, model) {
		t.Fatalf("%q exists before it was created", model)
	}
	registry.CreateModel(t, model)
	registry.DescribeModel(t, model, "scores cards")
	registry.SetModelTag(t, model, "owner", "risk")
	registry.SetModelTag(t, model, "gone", "soon")
	registry.DeleteModelTag(t, model, "gone")
	if got := registry.ModelDescription(t, model); got != "scores cards" {
		t.Errorf("model description %q", got)
	}
	if got, want := registry.ModelTags(t, model), map[string]string{"owner": "risk"}; !maps.Equal(got, want) {
		t.Errorf("model tags %v, want %v", got, want)
	}

	version := registry.CreateVersion(t, model, "s3://models/1")
	registry.DescribeVersion(t, model, version, "first")
	registry.SetVersionTag(t, model, version, "auc", "0.9")
	registry.SetVersionTag(t, model, version, "gone", "soon")
	registry.DeleteVersionTag(t, model, version, "gone")
	if got := registry.VersionDescription(t, model, version); got != "first" {
		t.Errorf("version description %q", got)
	}
	if got := registry.VersionSource(t, model, version); got != "s3://models/1" {
		t.Errorf("version source %q", got)
	}
	if got, want := registry.VersionTags(t, model, version), map[string]string{"auc": "0.9"}; !maps.Equal(got, want) {
		t.Errorf("version tags %v, want %v", got, want)
	}
	registry.SetAlias(t, model, "champion", version)
	if got, want := registry.Aliases(t, model), map[string]string{"champion": version}; !maps.Equal(got, want) {
		t.Errorf("aliases %v, want %v", got, want)
	}
	registry.DeleteAlias(t, model, "champion")
	registry.DeleteVersion(t, model, version)
	if registry.VersionExists(t, model, version) || len(registry.Aliases(t, model)) != 0 {
		t.Error("the version or its alias is still there")
	}
	registry.DeleteModel(t, model)
	if registry.ModelExists(t, model) {
		t.Error("the model is still there")
	}
}

func TestOutsiderMovesAndWatchesAStage(t *testing.T) {
	registry := NewRegistry(t)
	model := registry.UniqueName(t, "watched")
	registry.CreateModel(t, model)
	var versions []string
	for range 11 {
		versions = append(versions, registry.CreateVersion(t, model, "s3://models/x"))
	}
	if got := registry.Versions(t, model); !slices.Equal(got, versions) {
		t.Errorf("Versions = %v, want %v", got, versions)
	}
	registry.Transition(t, model, "2", "Production", false)
	watcher := WatchStage(t, registry, model, "Production")
	registry.Transition(t, model, "10", "Production", true)
	registry.Transition(t, model, "9", "Production", false)
	watcher.Stop()
	if got, want := registry.Holders(t, model, "Production"), []string{"9", "10"}; !slices.Equal(got, want) {
		t.Errorf("Holders = %v, want %v", got, want)
	}
	if got := registry.Stage(t, model, "2"); got != "Archived" {
		t.Errorf("version 2 is in %s, want Archived", got)
	}
	if watcher.Min() != 1 || watcher.Max() > 2 || watcher.Failures() > 0 {
		t.Errorf("saw %v (%d failures), want one holder and then two", watcher.Sets(), watcher.Failures())
	}
	for set := range watcher.Sets() {
		if !slices.Contains([]string{"2", "10", "9,10"}, set) {
			t.Errorf("saw %q hold the stage", set)
		}
	}
}

func TestUniqueNamesDiffer(t *testing.T) {
	registry := NewRegistry(t)
	first, second := registry.UniqueName(t, "fraud"), registry.UniqueName(t, "fraud")
	if first == second || !strings.HasPrefix(first, "fraud-") {
		t.Errorf("names %q and %q", first, second)
	}
}

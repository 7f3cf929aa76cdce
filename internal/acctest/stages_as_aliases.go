package acctest

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"
)

// StagesVariable set to "aliases" makes tests of stages run with a provider that keeps them as aliases: the outsider moves and reads the
// aliases then.
const StagesVariable = "MLREGISTRY_TEST_STAGES"

// The aliases and the tag of a provider block that says no more than kept_as = "aliases". They are written out here, because a test must not
// take them from what it tests.
const (
	productionAlias = "champion"
	stagingAlias    = "challenger"
	archivedTag     = "mlregistry_stage"
)

// StagesAreAliases reports whether stages are kept as aliases in this run.
func StagesAreAliases() bool { return os.Getenv(StagesVariable) == "aliases" }

// NeedsNativeStages skips a test of what aliases cannot keep, or of another mapping, where stages are kept as aliases.
func NeedsNativeStages(t testing.TB) {
	t.Helper()
	if StagesAreAliases() {
		t.Skipf("%sMLflow's own stages: they are kept as aliases here", lacking)
	}
}

// stageAlias returns the alias that keeps a stage; empty for None and Archived.
func stageAlias(stage string) string {
	return map[string]string{"Production": productionAlias, "Staging": stagingAlias}[stage]
}

// staged gives versions the stages that the aliases of their model and their tags say.
func (r *Registry) staged(model string, versions []modelVersion) error {
	if !StagesAreAliases() || len(versions) == 0 {
		return nil
	}
	var found struct {
		Model registeredModel `json:"registered_model"`
	}
	if err := r.fetch(http.MethodGet, "registered-models/get", url.Values{"name": {model}}, nil, &found); err != nil {
		return err
	}
	for index := range versions {
		one := &versions[index]
		one.Stage = "None"
		if tagMap(one.Tags)[archivedTag] == "Archived" {
			one.Stage = "Archived"
		}
		for _, stage := range []string{"Staging", "Production"} {
			if found.Model.aliases()[stageAlias(stage)] == one.Version {
				one.Stage = stage
			}
		}
		one.Tags = slices.DeleteFunc(one.Tags, func(tag tag) bool { return tag.Key == archivedTag })
	}
	return nil
}

// moveAlias is Transition where stages are aliases, as somebody would do it by hand.
func (r *Registry) moveAlias(t testing.TB, model, version, stage string, archiveExisting bool) {
	t.Helper()
	aliases := r.Aliases(t, model)
	if alias := stageAlias(stage); alias != "" {
		if holder := aliases[alias]; archiveExisting && holder != "" && holder != version {
			r.SetVersionTag(t, model, holder, archivedTag, "Archived")
		}
		r.SetAlias(t, model, alias, version)
	}
	for _, other := range []string{"Production", "Staging"} {
		if alias := stageAlias(other); other != stage && aliases[alias] == version {
			r.DeleteAlias(t, model, alias)
		}
	}
	if stage == "Archived" {
		r.SetVersionTag(t, model, version, archivedTag, stage)
	} else if tags := r.rawVersion(t, model, version).Tags; tagMap(tags)[archivedTag] != "" {
		r.DeleteVersionTag(t, model, version, archivedTag)
	}
}

// NativeStage returns MLflow's own stage of a version.
func (r *Registry) NativeStage(t testing.TB, model, version string) string {
	t.Helper()
	return r.rawVersion(t, model, version).Stage
}

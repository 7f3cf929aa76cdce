package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// keptAsAliases is the setting, with what else it says.
func keptAsAliases(more ...string) string {
	return "  stages = {\n    kept_as = \"aliases\"\n    " + strings.Join(more, "\n    ") + "\n  }"
}

// nativeStages ends the test unless MLflow's own stages of the versions are these.
func (w *workspace) nativeStages(want ...string) {
	w.t.Helper()
	for index, stage := range want {
		if got := w.NativeStage(w.t, w.model, fmt.Sprint(index+1)); got != stage {
			w.t.Errorf("MLflow's own stage of version %d is %s, want %s", index+1, got, stage)
		}
	}
}

// wantAlias ends the test unless an alias points at a version.
func (w *workspace) wantAlias(alias, version string) {
	w.t.Helper()
	if got := w.Aliases(w.t, w.model)[alias]; got != version {
		w.t.Fatalf("the alias %s is at %q, want %s", alias, got, version)
	}
}

// The life of two versions: the rehearsal, the handover, the rollback and the end. The plan says who leaves, readers of the alias find a version
// throughout, and MLflow's own stages stay as they are.
func TestAccStagesAsAliases_life(t *testing.T) {
	acctest.NeedsNativeStages(t)
	w := newWorkspace(t)
	w.settings = keptAsAliases(`aliases = { Production = "live", Staging = "next" }`)
	w.pipeline(2)
	at := func(first, second string) { w.config(adopted("v1", 1, first), adopted("v2", 2, second)) }
	at(stage("Production"), "")
	w.MustApply()
	at(stage("Production"), stage("Staging"))
	w.MustApply()
	w.wantAliases(map[string]string{"live": "1", "next": "2"})
	w.wantQuiet()
	watcher := &watch{acctest.WatchAlias(t, w.Registry, w.model, "live")}
	at("", stage("Production"))
	plan := w.Plan()
	if got := w.planned(plan.PlanFile, v2, "archived_versions"); got != "[1]" {
		t.Errorf("the plan archives %s:\n%s", got, plan.Output)
	}
	w.MustApply(plan.PlanFile)
	w.wantAliases(map[string]string{"live": "2"})
	if got := w.VersionTags(t, w.model, "1")["mlregistry_stage"]; got != "Archived" {
		t.Errorf("version 1 is recorded as %q", got)
	}
	w.wantQuiet()
	at(stage("Production"), "") // The rollback.
	plan = w.Plan()
	if got := w.planned(plan.PlanFile, v1, "from_stage"); got != "Archived" {
		t.Errorf("the rollback comes from %s:\n%s", got, plan.Output)
	}
	w.MustApply(plan.PlanFile)
	w.wantAliases(map[string]string{"live": "1"})
	w.wantQuiet()
	if err := watcher.stop(1, 1); err != nil {
		t.Error(err)
	}
	w.SetAlias(t, w.model, "live", "2") // Drift, by hand.
	if plan := w.Plan(); plan.ExitCode != 2 {
		t.Errorf("nobody sees that the alias was moved:\n%s", plan.Output)
	}
	w.MustApply()
	w.wantAliases(map[string]string{"live": "1"})
	w.config(adopted("v1", 1, stage("Archived")), adopted("v2", 2))
	w.MustApply()
	w.wantAliases(map[string]string{})
	w.wantQuiet()
	w.nativeStages("None", "None")
}

// Somebody moves the alias between the plan and the apply: the apply stops, and names who has it.
func TestAccStagesAsAliases_outsider(t *testing.T) {
	for name, test := range map[string]struct{ address, before, after string }{
		"pointer": {pointer, pointed("1"), pointed("2")},
		"version": {v2, adopted("v1", 1, stage("Production")) + adopted("v2", 2, stage("Staging")),
			adopted("v1", 1) + adopted("v2", 2, stage("Production"))},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.settings = keptAsAliases()
			w.pipeline(3)
			w.config(test.before)
			w.MustApply()
			w.config(test.after)
			plan := w.Plan()
			if got := w.planned(plan.PlanFile, test.address, "archived_versions"); got != "[1]" {
				t.Errorf("the plan archives %s", got)
			}
			w.SetAlias(t, w.model, "champion", "3")
			refused := w.Apply(plan.PlanFile)
			if refused.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", refused.Output)
			}
			wantText(t, refused.Output, "is now held by version 3, which the reviewed plan does not archive")
			w.wantAlias("champion", "3")
			w.MustApply()
			w.wantAlias("champion", "2")
			w.emptyPlan()
		})
	}
}

// What aliases cannot keep fails in the plan, and names the attribute.
func TestAccStagesAsAliases_badInput(t *testing.T) {
	w := newWorkspace(t)
	w.settings = keptAsAliases()
	w.pipeline(2)
	w.config(adopted("v1", 1, stage("Production"), "archive_existing_versions = false"))
	w.wantPlanError("archive_existing_versions", `The provider keeps it as the alias "champion", which points at one version.`)
	for _, blocks := range [][]string{{pointed("1"), alias("champion", "champion", "1")}, {adopted("v1", 1, stage("Production")), alias("champion", "champion", "2")}} {
		w.config(blocks...)
		if plan := w.Plan(); plan.ExitCode != 1 || !strings.Contains(plan.Output, "Two resources manage Production of model") {
			t.Errorf("exit code %d:\n%s", plan.ExitCode, plan.Output)
		}
	}
	w.config(adopted("v1", 1, `tags = { mlregistry_stage = "Archived" }`))
	w.wantPlanError("tags", `The tag "mlregistry_stage" records that a version is Archived`)
	for setting, message := range map[string]string{
		`aliases = { Production = "challenger" }`: `Staging and Production cannot both be kept as the alias "challenger"`,
		`aliases = { Archived = "old" }`:          "the keys are Staging and Production",
		`aliases = { Production = "latest" }`:     "it always means the newest version",
		`archived = "a b?"`:                       "tag key",
	} {
		w.settings = keptAsAliases(setting)
		w.config(pointed("1"))
		if plan := w.Plan(); plan.ExitCode != 1 || !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(plan.Output, "│", "")), " "), message) {
			t.Errorf("%s: exit code %d, want %q:\n%s", setting, plan.ExitCode, message, plan.Output)
		}
	}
	w.settings = keptAsAliases(`archived = ""`)
	w.config(adopted("v1", 1, stage("Archived")))
	w.wantPlanError("stage", "archived = \"\" keeps no record")
	w.settings = "  stages = {\n    kept_as = \"native\"\n    archived = \"x\"\n  }"
	w.config(pointed("1"))
	if plan := w.Plan(); plan.ExitCode != 1 || !strings.Contains(plan.Output, "Stages are not kept as aliases") {
		t.Errorf("exit code %d:\n%s", plan.ExitCode, plan.Output)
	}
}

// An alias that keeps no stage, or one that no other resource manages, is managed as ever.
func TestAccStagesAsAliases_otherAliases(t *testing.T) {
	w := newWorkspace(t)
	w.settings = keptAsAliases()
	w.pipeline(2)
	w.config(pointed("1"), alias("other", "other", "2"), alias("challenger", "challenger", "2"))
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "1", "other": "2", "challenger": "2"})
	w.wantQuiet()
}

// From MLflow's stages: one setting, a plan that shows each alias to be set, one apply. MLflow's own stages stay as they are.
func TestAccStagesAsAliases_migration(t *testing.T) {
	acctest.NeedsNativeStages(t)
	w := newWorkspace(t)
	w.pipeline(3)
	blocks := []string{pointed("1"), adopted("v2", 2, stage("Staging")), adopted("v3", 3)}
	w.config(blocks...)
	w.MustApply()
	w.settings = keptAsAliases()
	w.config(blocks...)
	plan := w.Plan()
	for address, want := range map[string]string{pointer: "1", v2: "2"} {
		if got := w.planned(plan.PlanFile, address, "version"); got != want {
			t.Errorf("%s is planned with version %s, want %s:\n%s", address, got, want, plan.Output)
		}
		if got := w.planned(plan.PlanFile, address, "archived_versions"); got != "[]" {
			t.Errorf("%s archives %s", address, got)
		}
	}
	if got := w.planned(plan.PlanFile, v2, "stage"); got != "Staging" {
		t.Errorf("version 2 is planned in %s", got)
	}
	w.MustApply(plan.PlanFile)
	w.wantAliases(map[string]string{"champion": "1", "challenger": "2"})
	w.nativeStages("Production", "Staging", "None")
	w.emptyPlan()
	w.config(pointed("3"), adopted("v2", 2, stage("Staging")), adopted("v3", 3))
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "3", "challenger": "2"})
	w.nativeStages("Production", "Staging", "None")
	w.settings = "" // And back: the handover to version 3 is made once more, natively.
	w.config(pointed("3"), adopted("v2", 2, stage("Staging")), adopted("v3", 3))
	w.MustApply()
	w.nativeStages("Archived", "Staging", "Production")
}

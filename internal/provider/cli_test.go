package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// workspace is a scenario that is driven by the real CLI with the provider as a program of its own.
type workspace struct {
	*scenario
	*acctest.Workspace
}

func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	s := newScenario(t)
	return &workspace{scenario: s, Workspace: acctest.NewWorkspace(t, "")}
}

// config replaces the configuration.
func (w *workspace) config(blocks ...string) {
	w.t.Helper()
	w.Write("main.tf", acctest.Requirements+w.hcl(blocks...))
}

// emptyPlan ends the test unless a plan has nothing to do.
func (w *workspace) emptyPlan() {
	w.t.Helper()
	if plan := w.Plan(); plan.ExitCode != 0 {
		w.t.Fatalf("the plan is not empty:\n%s", plan.Output)
	}
}

// applyPlan plans and applies that plan, as a reviewed one is.
func (w *workspace) applyPlan(args ...string) {
	w.t.Helper()
	plan := w.Plan(args...)
	if plan.ExitCode == 1 {
		w.t.Fatal(plan.Output)
	}
	w.MustApply(plan.PlanFile)
}

// wantStages ends the test unless the versions are in these stages: pairs of a number and a stage.
func (w *workspace) wantStages(pairs ...string) {
	w.t.Helper()
	if err := w.sees(pairs...).(look)(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) wantProduction(want ...string) {
	w.t.Helper()
	if got := w.Holders(w.t, w.model, "Production"); !slices.Equal(got, want) {
		w.t.Fatalf("Production is held by %v, want %v", got, want)
	}
}

// wantText ends the test unless an output says text, however it is wrapped.
func wantText(t *testing.T, output, text string) {
	t.Helper()
	if !says(text).MatchString(output) {
		t.Fatalf("the output does not say %q:\n%s", text, output)
	}
}

// planned returns the planned value of an attribute in a saved plan; with "before", the value that the plan started from.
func (w *workspace) planned(planFile, address, attribute string, side ...string) string {
	w.t.Helper()
	for _, change := range w.ShowJSON(planFile)["resource_changes"].([]any) {
		entry := change.(map[string]any)
		if entry["address"] == address {
			values, _ := entry["change"].(map[string]any)[append(side, "after")[0]].(map[string]any)
			return fmt.Sprint(values[attribute])
		}
	}
	w.t.Fatalf("the plan has nothing about %s", address)
	return ""
}

func readFile(t *testing.T, folder, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAccCLI_outsiderBetweenPlanAndApply(t *testing.T) {
	for _, handover := range []string{"atomic", "sequential"} {
		t.Run(handover, func(t *testing.T) {
			w := newWorkspace(t)
			w.settings = fmt.Sprintf("  handover = %q", handover)
			w.CreateModel(t, w.model)
			for number := 1; number <= 3; number++ {
				w.CreateVersion(t, w.model, fmt.Sprintf("s3://models/fraud/%d", number))
			}
			w.Transition(t, w.model, "1", "Production", false)
			adopted := func(stage string) string {
				return fmt.Sprintf("resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  version = 2\n  stage = %q\n}\n", stage)
			}
			w.config(adopted("Staging"))
			w.MustApply()
			w.config(adopted("Production"))
			plan := w.Plan()
			if got := w.planned(plan.PlanFile, v2, "archived_versions"); got != "[1]" {
				t.Fatalf("the plan says that %s leave", got)
			}
			w.Transition(t, w.model, "3", "Production", true) // Somebody else, after the review.
			refused := w.Apply(plan.PlanFile)
			if refused.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", refused.Output)
			}
			wantText(t, refused.Output, fmt.Sprintf("Production of model %q is now held by version 3, which the reviewed plan does not archive; version 2 was not moved", w.model))
			wantText(t, refused.Output, "Run terraform plan again, with a refresh, review which versions now leave the stage, and apply that plan")
			w.wantStages("1", "Archived", "2", "Staging", "3", "Production")
			again := w.Plan()
			if got := w.planned(again.PlanFile, v2, "archived_versions"); got != "[3]" {
				t.Fatalf("the new plan says that %s leave", got)
			}
			w.MustApply(again.PlanFile)
			w.wantProduction("2")
			w.emptyPlan()
		})
	}
}

// A new version is refused before it is created: nothing is left behind.
func TestAccCLI_outsiderBeforeCreate(t *testing.T) {
	w := newWorkspace(t)
	w.config(declaredModel, version("v1", source(1), stage("Production")))
	w.MustApply()
	w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production")))
	plan := w.Plan()
	w.CreateVersion(t, w.model, "s3://somebody/2")
	w.Transition(t, w.model, "2", "Production", true)
	if refused := w.Apply(plan.PlanFile); refused.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", refused.Output)
	}
	w.wantProduction("2")
	if got := w.Versions(t, w.model); len(got) != 2 {
		t.Fatalf("versions: %v", got)
	}
	w.MustApply()
	w.wantProduction("3")
	w.emptyPlan()
}

func TestAccCLI_target(t *testing.T) {
	w := newWorkspace(t)
	ordered := "depends_on = [mlregistry_model_version.v1]"
	w.config(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2), stage("Staging"), ordered))
	w.MustApply()
	w.config(declaredModel, version("v1", source(1), stage("Archived")), version("v2", source(2), stage("Production")))
	w.MustApply("-target=" + v2)
	w.wantStages("1", "Archived", "2", "Production")
	w.MustApply()
	w.emptyPlan()
	w.config(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2), stage("Archived")))
	w.MustApply("-target=" + v2) // Only the one that leaves: the stage has no holder until the rest is applied.
	w.wantProduction()
	w.MustApply()
	w.wantStages("1", "Production", "2", "Archived")
	w.emptyPlan()
}

func TestAccCLI_forEach(t *testing.T) {
	w := newWorkspace(t)
	config := func(live string) string {
		return `resource "mlregistry_model_version" "each" {
  for_each   = toset(["a", "b", "c"])
  model_name = mlregistry_registered_model.m.name
  source     = "s3://models/fraud/${each.key}"
  stage      = each.key == "` + live + `" ? "Production" : "Archived"
}
`
	}
	for _, live := range []string{"a", "c", "b"} {
		w.config(declaredModel, config(live))
		w.MustApply()
		holders := w.Holders(t, w.model, "Production")
		if len(holders) != 1 || !strings.HasSuffix(w.VersionSource(t, w.model, holders[0]), "/"+live) {
			t.Fatalf("%s is to be live, and Production is held by %v", live, holders)
		}
		w.emptyPlan()
	}
	if got := w.Versions(t, w.model); len(got) != 3 {
		t.Errorf("versions: %v", got)
	}
}

// TestAccCLI_everyReadSeesTheStageHeld polls throughout twenty handovers.
func TestAccCLI_everyReadSeesTheStageHeld(t *testing.T) {
	for handover, least := range map[string]int{"atomic": 1, "sequential": 0} {
		t.Run(handover, func(t *testing.T) {
			w := newWorkspace(t)
			w.settings = fmt.Sprintf("  handover = %q", handover)
			live := []string{version("v1", source(1), stage("Production")), version("v2", source(2), stage("Production"))}
			idle := []string{version("v1", source(1)), version("v2", source(2))}
			w.config(declaredModel, live[0], idle[1])
			w.MustApply()
			observer := w.watchProduction()
			for round := 1; round <= 20; round++ {
				if round%2 == 1 {
					w.config(declaredModel, idle[0], live[1])
				} else {
					w.config(declaredModel, live[0], idle[1])
				}
				w.MustApply()
			}
			if err := observer.stop(least, 1); err != nil {
				t.Error(err)
			}
			t.Logf("%d reads during 20 handovers; reads by number of holders: %v", observer.Reads(), observer.Counts())
			w.emptyPlan()
		})
	}
}

func TestAccCLI_destroyEverything(t *testing.T) {
	w := newWorkspace(t)
	w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production"), `on_destroy = "delete"`))
	w.MustApply()
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatal(destroyed.Output)
	}
	if w.ModelExists(t, w.model) {
		t.Error("the model is still there")
	}
	kept := `resource "mlregistry_registered_model" "m" { name = "MODEL" }
`
	w.config(kept, version("v1", source(1), stage("Production")))
	w.MustApply()
	refused := w.Destroy()
	if refused.ExitCode == 0 {
		t.Fatalf("a model with versions was destroyed:\n%s", refused.Output)
	}
	wantText(t, refused.Output, "Deleting a model deletes all its versions, so it was not deleted. It has version 1 (archived ones count).")
	w.wantStages("1", "Archived")
	w.config(declaredModel)
	w.MustApply()
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatal(destroyed.Output)
	}
	if w.ModelExists(t, w.model) {
		t.Error("the model is still there")
	}
}

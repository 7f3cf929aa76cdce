package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const (
	endsWithOthers = "would be deleted while other resources keep what is in it"
	endsServing    = "is to be deleted with versions that serve"
)

// A model that is replaced, or whose block goes, takes along what other blocks keep: the plan fails, whichever of the two it plans first. By a
// reference the model comes first; by its name they come in any order.
func TestAccRegisteredModel_endsWithWhatOthersKeep(t *testing.T) {
	for name, block := range map[string]string{
		"version":     version("v1", source(1)),
		"alias":       alias("champion", "champion", "1"),
		"model tag":   tagBlock(modelTag, "k", "v"),
		"version tag": tagBlock(versionTag, "k", "v"),
		"pointer":     serving("x", 1),
		"adopted":     adopted("x", 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(declaredModel)
			w.MustApply()
			w.CreateVersion(t, w.model, "s3://models/0")
			for _, byName := range []bool{true, false} {
				block := block
				if byName {
					block = strings.ReplaceAll(block, "mlregistry_registered_model.m.name", `"MODEL"`)
				} else {
					block = strings.ReplaceAll(block, `"MODEL"`, "mlregistry_registered_model.m.name")
				}
				w.config(declaredModel, block)
				w.MustApply()
				for range 2 {
					plan := w.Plan("-replace=" + model)
					if name == "pointer" && says(endsServing).MatchString(plan.Output) {
						continue // Planned first, the model is refused by itself.
					}
					w.wantPlanRefused(plan, endsWithOthers)
				}
				w.MustRun("taint", model)
				for range 2 {
					w.wantPlanRefused(w.Plan(), endsWithOthers)
				}
				w.wantPlanRefused(w.Plan("-destroy"), "terraform destroy -refresh=false plans only what is destroyed.")
				if plan := w.Plan("-destroy", "-refresh=false"); plan.ExitCode != 2 {
					t.Fatalf("a tainted model cannot be destroyed:\n%s", plan.Output)
				}
				w.MustRun("untaint", model)
				w.config(strings.ReplaceAll(declaredModel, "MODEL", "MODEL-renamed"), block)
				if byName {
					for range 2 {
						w.wantPlanRefused(w.Plan(), endsWithOthers)
					}
					w.config(block)
					for range 2 {
						w.wantPlanRefused(w.Plan(), endsWithOthers)
					}
				}
			}
			w.config(declaredModel, block)
			w.MustApply("-destroy") // Everything goes, and nobody keeps anything.
			if w.ModelExists(t, w.model) {
				t.Error("the model is still there")
			}
		})
	}
}

// wantPlanRefused ends the test unless a plan failed and says text.
func (w *workspace) wantPlanRefused(plan acctest.Result, text string) {
	w.t.Helper()
	if plan.ExitCode != 1 {
		w.t.Fatalf("planned:\n%s", plan.Output)
	}
	wantText(w.t, plan.Output, text)
}

// Without versions that others keep, the plan warns of those that serve, and the apply deletes what the plan saw, and nothing else.
func TestAccRegisteredModel_endsWithWhatServes(t *testing.T) {
	for name, ends := range map[string]func(w *workspace) []string{
		"removed":  func(w *workspace) []string { w.config(); return nil },
		"replaced": func(*workspace) []string { return []string{"-replace=" + model} },
		"tainted":  func(w *workspace) []string { w.MustRun("taint", model); return nil },
		"renamed": func(w *workspace) []string {
			w.config(strings.ReplaceAll(declaredModel, "MODEL", "MODEL-renamed"))
			return nil
		},
		"destroyed": func(*workspace) []string { return []string{"-destroy"} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(declaredModel)
			w.MustApply()
			for number := 1; number <= 3; number++ {
				w.CreateVersion(t, w.model, fmt.Sprintf("s3://models/%d", number))
			}
			args := ends(w)
			plan := w.Plan(args...)
			if says(endsServing).MatchString(plan.Output) {
				t.Errorf("nothing serves, and the plan warns:\n%s", plan.Output)
			}
			refuse := func(planFile, says string) {
				t.Helper()
				applied := w.Apply(planFile)
				if applied.ExitCode == 0 {
					t.Fatalf("the apply went through:\n%s", applied.Output)
				}
				wantText(t, applied.Output, "has changed since the plan")
				wantText(t, applied.Output, says)
			}
			w.Transition(t, w.model, "2", "Production", false) // Somebody promotes.
			refuse(plan.PlanFile, "version 2 in Production")
			plan = w.Plan(args...)
			wantText(t, plan.Output, endsServing)
			wantText(t, plan.Output, "version 2 in Production")
			if name == "replaced" { // Terraform shows no warnings of a replacement that is asked for: it is an error.
				w.wantPlanRefused(plan, "move these versions to Archived first")
				w.Transition(t, w.model, "2", "Archived", false)
				plan = w.Plan(args...)
			}
			w.CreateVersion(t, w.model, "s3://models/4") // A pipeline registers another one.
			refuse(plan.PlanFile, "the plan did not see version 4 in None")
			plan = w.Plan(args...)
			w.Transition(t, w.model, "2", "Archived", false) // What has left meanwhile is nothing to be careful of.
			w.DeleteVersion(t, w.model, "1")
			w.MustApply(plan.PlanFile)
			if w.ModelExists(t, w.model) && len(w.Versions(t, w.model)) > 0 {
				t.Errorf("versions %v are left", w.Versions(t, w.model))
			}
			w.config()
			w.MustApply()
		})
	}
}

// What goes with the model, or is replaced with it, is not kept.
func TestAccRegisteredModel_endsWithItsBlocks(t *testing.T) {
	w := newWorkspace(t)
	blocks := version("v1", source(1), stage("Production")) + strings.ReplaceAll(alias("champion", "champion", v1+".version"), `"MODEL"`, model+".name")
	w.config(declaredModel, blocks)
	w.MustApply()
	for _, address := range []string{model, v1, champion} { // All of it anew.
		w.MustRun("taint", address)
	}
	w.applyPlan()
	w.wantProduction("1")
	w.emptyPlan()
	w.config(strings.ReplaceAll(declaredModel, "MODEL", "MODEL-renamed"), blocks) // They move along by their references.
	w.applyPlan()
	if w.ModelExists(t, w.model) {
		t.Error("the old model is still there")
	}
	w.emptyPlan()
	w.config()
	plan := w.Plan()
	wantText(t, plan.Output, endsServing)
	w.MustApply(plan.PlanFile)
}

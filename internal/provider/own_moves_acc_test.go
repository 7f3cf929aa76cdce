package provider_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// wantQuiet ends the test unless what follows an apply is quiet: the next plan, and the look for drift that guides recommend.
func (w *workspace) wantQuiet() {
	w.t.Helper()
	drift := w.Run("plan", "-refresh-only", "-detailed-exitcode", "-no-color", "-input=false")
	if drift.ExitCode != 0 {
		w.t.Fatalf("drift that nobody caused, exit code %d:\n%s", drift.ExitCode, drift.Output)
	}
	w.emptyPlan()
}

// wantOutput ends the test unless an output has a value, given as JSON.
func (w *workspace) wantOutput(name, want string) {
	w.t.Helper()
	var outputs map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(w.MustRun("output", "-json").Output), &outputs); err != nil {
		w.t.Fatal(err)
	}
	got, err := json.Marshal(outputs[name].Value)
	if err != nil {
		w.t.Fatal(err)
	}
	if string(got) != want {
		w.t.Fatalf("the output %s is %s, want %s", name, got, want)
	}
}

// stagesOutput is an output that shows what the state has of the stages of v1 and v2.
const stagesOutput = `
output "stages" {
  value = { v1 = mlregistry_model_version.v1.stage, v2 = mlregistry_model_version.v2.stage }
}
`

// What an apply moved is no drift, and no output says of a version that it is where it was before: after the handover of the README, and
// after its rollback.
func TestAccOwnMoves_handover(t *testing.T) {
	for _, handover := range []string{"atomic", "sequential"} {
		t.Run(handover, func(t *testing.T) {
			w := newWorkspace(t)
			w.settings = fmt.Sprintf("  handover = %q", handover)
			at := func(first, second string) {
				w.config(declaredModel, version("v1", source(1), first), version("v2", source(2), second), stagesOutput)
			}
			w.config(declaredModel, version("v1", source(1), stage("Production")))
			w.MustApply()
			w.wantQuiet()
			at(stage("Production"), stage("Staging"))
			w.MustApply()
			w.wantQuiet()
			at("", stage("Production"))
			plan := w.Plan()
			wantText(t, plan.Output, `- stage = "Production" -> null`)
			wantText(t, plan.Output, `~ stage = "Staging" -> "Production"`)
			w.MustApply(plan.PlanFile)
			w.wantOutput("stages", `{"v1":null,"v2":"Production"}`)
			w.wantStages("1", "Archived", "2", "Production")
			w.wantQuiet()
			at(stage("Production"), "") // The commit reverted.
			plan = w.Plan()
			for attribute, want := range map[string]string{"from_stage": "Archived", "stage": "Production", "archived_versions": "[2]"} {
				if got := w.planned(plan.PlanFile, v1, attribute); got != want {
					t.Errorf("the rollback plans %s = %s, want %s", attribute, got, want)
				}
			}
			w.MustApply(plan.PlanFile)
			w.wantOutput("stages", `{"v1":"Production","v2":null}`)
			w.wantQuiet()
			at("", stage("Production"))
			w.MustApply()
			at(stage("Production"), "") // Once more: the plan shows again who leaves.
			plan = w.Plan()
			if w.planned(plan.PlanFile, v1, "archived_versions", "before") != "[]" {
				t.Errorf("archived_versions is no change of the plan:\n%s", plan.Output)
			}
			w.MustApply(plan.PlanFile)
			w.wantQuiet()
		})
	}
}

// A pointer moves a stage between versions that are declared without one.
func TestAccOwnMoves_pointer(t *testing.T) {
	w := newWorkspace(t)
	at := func(live string, lines ...string) {
		pointer := ""
		if live != "" {
			pointer = fmt.Sprintf("resource \"mlregistry_model_stage\" \"live\" {\n  model_name = mlregistry_registered_model.m.name\n"+
				"  stage = \"Production\"\n  version = mlregistry_model_version.%s.version\n%s\n}\n", live, strings.Join(lines, "\n"))
		}
		w.config(declaredModel, version("v1", source(1)), version("v2", source(2), "depends_on = [mlregistry_model_version.v1]"), stagesOutput, pointer)
	}
	for _, live := range []string{"v1", "v2", "v1"} {
		at(live)
		w.MustApply()
		w.wantProduction(live[1:])
		w.wantOutput("stages", `{"v1":null,"v2":null}`)
		w.wantQuiet()
	}
	at("") // The pointer archives the version that it gave the stage to.
	w.MustApply()
	w.wantStages("1", "Archived", "2", "Archived")
	w.wantQuiet()
}

// Imported versions, too: their import is quiet whether their stage is declared or not, and so is what follows each move.
func TestAccOwnMoves_imported(t *testing.T) {
	for name, test := range map[string]struct{ first, then []string }{
		"stages declared": {
			[]string{adopted("v1", 1, stage("Production")), adopted("v2", 2, stage("Staging"))},
			[]string{adopted("v1", 1), adopted("v2", 2, stage("Production"))},
		},
		"a stage left out, and taken": {
			[]string{adopted("v1", 1), adopted("v2", 2, stage("Staging"))},
			[]string{adopted("v1", 1), adopted("v2", 2, stage("Production"))},
		},
		"a pointer": {
			[]string{adopted("v1", 1), adopted("v2", 2), pointed("1")},
			[]string{adopted("v1", 1), adopted("v2", 2), pointed("2")},
		},
	} {
		for _, byCommand := range []bool{false, true} {
			t.Run(name+map[bool]string{true: "/command", false: "/block"}[byCommand], func(t *testing.T) {
				w := newWorkspace(t)
				w.pipeline(3)
				w.Transition(t, w.model, "1", "Production", false)
				w.Transition(t, w.model, "2", "Staging", false)
				third := adopted("v3", 3)
				pairs := []string{v1, w.model + "/1", v2, w.model + "/2", "mlregistry_model_version.v3", w.model + "/3"}
				if name == "a pointer" {
					pairs = append(pairs, "mlregistry_model_stage.live", w.model+"/Production")
				}
				blocks := slices.Concat(test.first, []string{third, stagesOutput})
				if byCommand {
					w.config(blocks...)
					for index := 0; index < len(pairs); index += 2 {
						w.MustRun("import", "-no-color", pairs[index], pairs[index+1])
					}
					w.MustApply() // Of the output.
				} else {
					w.config(append(blocks, importBlocks(pairs...))...)
					wantText(t, w.MustApply().Output, fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(pairs)/2))
				}
				w.wantOutput("stages", `{"v1":"Production","v2":"Staging"}`)
				w.wantQuiet()
				w.config(append(test.then, third, stagesOutput)...)
				w.MustApply()
				w.wantStages("1", "Archived", "2", "Production", "3", "None")
				w.wantOutput("stages", map[bool]string{false: `{"v1":null,"v2":"Production"}`, true: `{"v1":null,"v2":null}`}[name == "a pointer"])
				w.wantQuiet()
			})
		}
	}
}

// A state that an older version of the provider wrote shows the stage that was last read, also where the configuration leaves it out. It is
// kept as long as it is true, as that of an import, and no apply moves the version for it.
func TestAccOwnMoves_olderState(t *testing.T) {
	for shown, stays := range map[string]string{"Archived": `"Archived"`, "Production": "null"} {
		t.Run(shown, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(declaredModel, version("v1", source(1), stage("Production")))
			w.MustApply()
			w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production"), "depends_on = [mlregistry_model_version.v1]"), stagesOutput)
			w.MustApply()
			w.Write("terraform.tfstate", eachInstance(t, readFile(t, w.Dir, "terraform.tfstate"), func(instance map[string]any) {
				if attributes, _ := instance["attributes"].(map[string]any); attributes["version"] == "1" {
					attributes["stage"] = shown
				}
			}))
			plan := w.Plan()
			if got := w.planned(plan.PlanFile, v1, "archived_versions"); got != "[]" {
				t.Errorf("the plan archives %s", got)
			}
			w.MustApply(plan.PlanFile)
			w.wantStages("1", "Archived", "2", "Production")
			w.wantOutput("stages", fmt.Sprintf(`{"v1":%s,"v2":"Production"}`, stays))
			w.wantQuiet()
		})
	}
}

// Two pointers move on in one apply: what was rehearsed serves, and another one is rehearsed.
func TestAccOwnMoves_twoPointers(t *testing.T) {
	w := newWorkspace(t)
	at := func(live, next int) {
		blocks := []string{declaredModel, stagesOutput, version("v1", source(1)),
			version("v2", source(2), "depends_on = [mlregistry_model_version.v1]"), version("v3", source(3), "depends_on = [mlregistry_model_version.v2]")}
		for pointed, number := range map[string]int{"Production": live, "Staging": next} {
			blocks = append(blocks, fmt.Sprintf("resource \"mlregistry_model_stage\" %q {\n  model_name = mlregistry_registered_model.m.name\n"+
				"  stage = %q\n  version = mlregistry_model_version.v%d.version\n}\n", pointed, pointed, number))
		}
		w.config(blocks...)
	}
	at(1, 2)
	w.MustApply()
	w.wantQuiet()
	at(2, 3)
	w.MustApply()
	w.wantStages("1", "Archived", "2", "Production", "3", "Staging")
	w.wantOutput("stages", `{"v1":null,"v2":null}`)
	w.wantQuiet()
}

// What somebody registers beside the configuration is none of it, nor is it drift.
func TestAccOwnMoves_registeredOutside(t *testing.T) {
	w := newWorkspace(t)
	w.config(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2), "depends_on = [mlregistry_model_version.v1]"), stagesOutput)
	w.MustApply()
	w.CreateVersion(t, w.model, "s3://models/outside")
	w.wantQuiet()
	w.Transition(t, w.model, "3", "Staging", false)
	w.wantQuiet()
}

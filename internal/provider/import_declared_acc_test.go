package provider_test

import (
	"strings"
	"testing"
)

// An import leaves alone what the configuration does not declare, then and later.
func TestAccImport_declaredOnly(t *testing.T) {
	const model, number = "mlregistry_registered_model.m", "mlregistry_model_version.v1"
	block := func(address, lines string) string {
		if address == model {
			return "resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n" + lines + "\n}\n"
		}
		return "resource \"mlregistry_model_version\" \"v1\" {\n  model_name = \"MODEL\"\n  version = 1\n" + lines + "\n}\n"
	}
	for _, address := range []string{model, number} {
		for name, lines := range map[string]string{
			"nothing": "", "empty": "tags = {}", "one": `tags = { team = "risk" }`,
			"all": "description = \"by hand\"\ntags = { team = \"risk\", status = \"passed\" }",
		} {
			for _, byCommand := range []bool{false, true} {
				t.Run(address+"/"+name+map[bool]string{true: "/command", false: "/block"}[byCommand], func(t *testing.T) {
					w := newWorkspace(t)
					w.CreateModel(t, w.model)
					w.DescribeModel(t, w.model, "by hand")
					w.SetModelTag(t, w.model, "team", "risk")
					w.SetModelTag(t, w.model, "status", "passed")
					w.RegisterVersion(t, w.model, map[string]any{"source": "s3://b/1", "description": "by hand", "tags": []map[string]string{
						{"key": "team", "value": "risk"}, {"key": "status", "value": "passed"},
					}})
					id := w.model
					if address == number {
						id += "/1"
					}
					before := w.Dump(t, w.model)
					if byCommand {
						w.config(block(address, lines))
						if run := w.Run("import", "-no-color", address, id); run.ExitCode != 0 {
							t.Fatal(run.Output)
						}
					} else {
						w.config(block(address, lines), importBlocks(address, id))
						wantText(t, w.MustApply().Output, "1 imported, 0 added, 0 changed, 0 destroyed")
					}
					w.emptyPlan()
					if after := w.Dump(t, w.model); after != before {
						t.Fatalf("the registry has changed, from\n%s\nto\n%s", before, after)
					}
					w.config(block(address, `tags = { team = "ops" }`))
					w.MustApply()
					w.emptyPlan()
					w.config(block(address, "")) // What was declared goes, and nothing else.
					w.MustApply()
					w.emptyPlan()
					if after := w.Dump(t, w.model); !strings.Contains(after, "passed") || strings.Contains(after, "ops") {
						t.Errorf("the registry has\n%s", after)
					}
				})
			}
		}
	}
}

// The verdict that the gate asks for is the pipeline's: it counts in the plan of an import and in its apply, and stays.
func TestAccImport_gateSeesTheRegistry(t *testing.T) {
	for status, passes := range map[string]bool{"passed": true, "failed": false} {
		t.Run(status, func(t *testing.T) {
			w := newWorkspace(t)
			w.CreateModel(t, w.model)
			w.RegisterVersion(t, w.model, map[string]any{"source": "s3://b/1", "tags": []map[string]string{{"key": "status", "value": status}}})
			w.config(adopted("v1", 1, `stage = "Production"`, `require_tags = { status = "passed" }`, `tags = { team = "risk" }`), importBlocks(v1, w.model+"/1"))
			if !passes {
				w.wantPlanError("stage", `"passed" is required`)
				return
			}
			plan := w.Plan()
			wantText(t, plan.Output, "Tags that an import found stay in the registry")
			w.MustApply(plan.PlanFile)
			w.wantProduction("1")
			w.emptyPlan()
			if err := w.versionTags("1", map[string]string{"status": "passed", "team": "risk"}).(look)(); err != nil {
				t.Error(err)
			}
		})
	}
}

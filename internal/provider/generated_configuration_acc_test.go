package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// awkwardText holds what means something to Terraform, to a shell or to SQL.
const awkwardText = "50% \"sure\", it's ${not.a_reference} %{if true}\n\tC:\\temp – ✓"

// importBlocks writes an import block for each pair of an address and an ID.
func importBlocks(pairs ...string) string {
	var blocks strings.Builder
	for index := 0; index < len(pairs); index += 2 {
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", pairs[index], pairs[index+1])
	}
	return blocks.String()
}

// adoptWritten imports with the configuration that Terraform writes for it: the plan imports and changes nothing, nor does
// anything change in the registry, and the next plan is empty. It returns what was written.
func (w *workspace) adoptWritten(imports string, count int, models ...string) string {
	w.t.Helper()
	before := w.Dump(w.t, models...)
	w.config(imports)
	plan := w.Plan("-generate-config-out=generated.tf")
	if want := fmt.Sprintf("Plan: %d to import, 0 to add, 0 to change, 0 to destroy.", count); !strings.Contains(plan.Output, want) {
		w.t.Fatalf("the plan is to say %q:\n%s", want, plan.Output)
	}
	w.MustApply(plan.PlanFile)
	w.emptyPlan()
	w.config() // The import blocks have done their work.
	w.emptyPlan()
	if after := w.Dump(w.t, models...); after != before {
		w.t.Fatalf("the registry has changed, from\n%s\nto\n%s", before, after)
	}
	return readFile(w.t, w.Dir, "generated.tf")
}

// Terraform writes a configuration for all that is imported, and it is right as it stands.
func TestAccGeneratedConfiguration(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.TagColons)
	w := newWorkspace(t)
	bare := w.UniqueName(t, "bare")
	w.CreateModel(t, bare)
	w.CreateModel(t, w.model)
	w.DescribeModel(t, w.model, awkwardText)
	for key, value := range map[string]string{"team": "risk", "cost centre": awkwardText, "mlflow.internal": "kept", "empty": ""} {
		w.SetModelTag(t, w.model, key, value)
	}
	w.RegisterVersion(t, w.model, map[string]any{
		"source": "s3://models/fraud/1", "run_id": "0123456789abcdef0123456789abcdef", "run_link": "https://mlflow.example.com/#/runs/1",
		"description": awkwardText, "tags": []map[string]string{{"key": "validation_status", "value": "passed"}, {"key": "b/c.d:e", "value": awkwardText}},
	})
	for number := 2; number <= 5; number++ {
		w.CreateVersion(t, w.model, fmt.Sprintf("s3://models/fraud/%d?x=${y}", number))
	}
	w.Transition(t, w.model, "1", "Archived", false)
	w.Transition(t, w.model, "2", "Production", false)
	w.Transition(t, w.model, "3", "Staging", false)
	w.SetAlias(t, w.model, "champion", "2")
	w.SetAlias(t, w.model, "challenger", "3")
	imports := []string{
		"mlregistry_registered_model.bare", bare, "mlregistry_registered_model.m", w.model,
		"mlregistry_model_stage.production", w.model + "/Production", "mlregistry_model_stage.staging", w.model + "/staging",
		"mlregistry_model_alias.champion", w.model + "/champion", "mlregistry_model_alias.challenger", w.model + "/challenger",
	}
	for number := 1; number <= 5; number++ {
		imports = append(imports, fmt.Sprintf("mlregistry_model_version.v%d", number), fmt.Sprintf("%s/%d", w.model, number))
	}
	written := w.adoptWritten(importBlocks(imports...), len(imports)/2, bare, w.model)
	if strings.Contains(written, "mlflow.internal") {
		t.Errorf("a tag of MLflow's own is declared:\n%s", written)
	}
}

// Single tags, of objects that nothing here manages.
func TestAccGeneratedConfiguration_singleTags(t *testing.T) {
	w := newWorkspace(t)
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	w.SetModelTag(t, w.model, "team", awkwardText)
	w.SetVersionTag(t, w.model, "1", "validation_status", "passed")
	w.adoptWritten(importBlocks("mlregistry_registered_model_tag.team", w.model+"/team",
		"mlregistry_model_version_tag.status", w.model+"/1/validation_status"), 2, w.model)
}

// Two versions that hold one stage: what is written says so, and archives neither. Without it the plan shows whom it archives.
func TestAccGeneratedConfiguration_sharedStage(t *testing.T) {
	w := newWorkspace(t)
	w.CreateModel(t, w.model)
	for number := 1; number <= 3; number++ {
		w.CreateVersion(t, w.model, fmt.Sprintf("s3://models/fraud/%d", number))
	}
	for _, number := range []string{"1", "2"} {
		w.Transition(t, w.model, number, "Production", false)
	}
	imports := importBlocks(v1, w.model+"/1", v2, w.model+"/2", "mlregistry_model_version.v3", w.model+"/3")
	written := w.adoptWritten(imports, 3, w.model)
	if got := strings.Count(written, "archive_existing_versions = false"); got != 2 {
		t.Errorf("%d versions are declared to share a stage, want 2:\n%s", got, written)
	}
	w.Write("generated.tf", strings.ReplaceAll(written, "archive_existing_versions = false", ""))
	plan := w.Plan("-target=" + v1)
	if got := w.planned(plan.PlanFile, v1, "archived_versions"); got != "[2]" {
		t.Errorf("the plan says that %s leave:\n%s", got, plan.Output)
	}
}

// A version that is imported without a word about its stage is not changed, although others share the stage.
func TestAccImport_sharedStageLeftOut(t *testing.T) {
	w := newWorkspace(t)
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	w.CreateVersion(t, w.model, "s3://models/fraud/2")
	w.Transition(t, w.model, "1", "Production", false)
	w.Transition(t, w.model, "2", "Production", false)
	block := func(lines string) string {
		return "resource \"mlregistry_model_version\" \"v1\" {\n  model_name = \"MODEL\"\n  version = 1\n" + lines + "}\n"
	}
	w.config(block(""), importBlocks(v1, w.model+"/1"))
	plan := w.Plan()
	wantText(t, plan.Output, "1 to import, 0 to add, 0 to change, 0 to destroy")
	w.MustApply(plan.PlanFile)
	w.emptyPlan()
	w.config(block("  stage = \"Production\"\n"))
	w.MustApply()
	w.wantProduction("1")
	w.emptyPlan()
}

// An apply that was killed between the server's answer and Terraform's note leaves a model that nobody's state has. What the
// error of the next apply advises takes it over.
func TestAccRegisteredModel_leftByAKilledApply(t *testing.T) {
	for kind, name := range map[string]string{"plain": "fraud", "awkward": "fraud 100% ${x}"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorkspace(t)
			w.model = w.UniqueName(t, name)
			block := fmt.Sprintf("resource \"mlregistry_registered_model\" \"m\" {\n  name = %q\n}\n", strings.ReplaceAll(w.model, "${", "$${"))
			w.CreateModel(t, w.model)
			before := w.Dump(t, w.model)
			w.config(block)
			refused := w.Apply()
			if refused.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", refused.Output)
			}
			advice := regexp.MustCompile(`(?s)import \{.*?\}\n`).FindString(strings.ReplaceAll(refused.Output, "│", ""))
			if advice == "" {
				t.Fatalf("there is no import block in\n%s", refused.Output)
			}
			w.config(block, strings.ReplaceAll(advice, "<name>", "m"))
			wantText(t, w.MustApply().Output, "1 imported, 0 added, 0 changed, 0 destroyed")
			w.emptyPlan()
			if after := w.Dump(t, w.model); after != before {
				t.Errorf("the registry has changed, from\n%s\nto\n%s", before, after)
			}
		})
	}
}

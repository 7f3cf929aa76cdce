package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// identityBlock writes an import block by identity: an address, and pairs of an attribute and a value.
func identityBlock(address string, pairs ...string) string {
	var lines strings.Builder
	for index := 0; index < len(pairs); index += 2 {
		fmt.Fprintf(&lines, "    %s = %q\n", pairs[index], pairs[index+1])
	}
	return fmt.Sprintf("import {\n  to = %s\n  identity = {\n%s  }\n}\n", address, lines.String())
}

// identity returns what the state keeps as the identity of a resource.
func (w *workspace) identity(address string) map[string]any {
	w.t.Helper()
	values, _ := w.ShowJSON("")["values"].(map[string]any)
	root, _ := values["root_module"].(map[string]any)
	resources, _ := root["resources"].([]any)
	for _, one := range resources {
		if entry, _ := one.(map[string]any); entry["address"] == address {
			identity, _ := entry["identity"].(map[string]any)
			return identity
		}
	}
	w.t.Fatalf("the state has no %s", address)
	return nil
}

func (w *workspace) wantIdentity(address string, pairs ...string) {
	w.t.Helper()
	identity := w.identity(address)
	for index := 0; index < len(pairs); index += 2 {
		if identity[pairs[index]] != pairs[index+1] {
			w.t.Errorf("%s has the identity %v, want %q", address, identity, pairs)
		}
	}
}

func TestAccIdentity_importBlocks(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Identity)
	w := newWorkspace(t)
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	w.CreateVersion(t, w.model, "s3://models/fraud/2")
	w.Transition(t, w.model, "2", "Production", false)
	w.SetAlias(t, w.model, "champion", "2")
	const pointer, alias = "mlregistry_model_stage.s", "mlregistry_model_alias.a"
	w.adoptWritten(identityBlock(model, "name", w.model)+
		identityBlock(v1, "model_name", w.model, "version", "1")+identityBlock(v2, "model_name", w.model, "version", "2")+
		identityBlock(pointer, "model_name", w.model, "stage", "production")+
		identityBlock(alias, "model_name", w.model, "alias", "champion"), 5, w.model)
	w.wantIdentity(model, "name", w.model)
	w.wantIdentity(v2, "model_name", w.model, "version", "2")
	w.wantIdentity(pointer, "model_name", w.model, "stage", "Production")
	w.wantIdentity(alias, "model_name", w.model, "alias", "champion")
	w.config(identityBlock("mlregistry_model_version.v9", "model_name", w.model, "version", "nine"))
	wrong := w.Plan("-generate-config-out=wrong.tf")
	wantText(t, wrong.Output, `version is not right. Invalid value: "nine" is not a version number`)
}

// Identities outlive whatever may be changed of an object, and a replaced object has another one.
func TestAccIdentity_life(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Identity)
	w := newWorkspace(t)
	pointer := func(stage, version string) string {
		return fmt.Sprintf("resource \"mlregistry_model_stage\" \"s\" {\n  model_name = \"MODEL\"\n  stage = %q\n  version = %s\n}\n", stage, version)
	}
	number := func(name string) string { return "mlregistry_model_version." + name + ".version" }
	both := version("v1", source(1)) + version("v2", source(2), "depends_on = [mlregistry_model_version.v1]")
	w.config(declaredModel, both, pointer("production", number("v1")))
	w.MustApply()
	w.wantIdentity("mlregistry_model_stage.s", "model_name", w.model, "stage", "Production")
	w.config(declaredModel, both, pointer("PRODUCTION", number("v2")))
	w.MustApply()
	w.wantIdentity("mlregistry_model_stage.s", "model_name", w.model, "stage", "Production")
	w.config(declaredModel, both, pointer("Staging", number("v2")))
	w.MustApply()
	w.wantIdentity("mlregistry_model_stage.s", "model_name", w.model, "stage", "Staging")
	w.config(declaredModel, version("v1", source(3)), version("v2", source(2)), pointer("Staging", number("v2")))
	w.MustApply()
	w.wantIdentity(v1, "model_name", w.model, "version", "3")
	w.DeleteVersion(t, w.model, "3")
	w.MustApply()
	w.wantIdentity(v1, "model_name", w.model, "version", "4")
	w.emptyPlan()
}

// A state that Terraform 1.11 or an older provider wrote has no identities: it is read, what has disappeared since is planned
// anew, and every object has its identity afterwards.
func TestAccIdentity_stateWithout(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Identity)
	w := newWorkspace(t)
	const alias = "mlregistry_model_alias.a"
	w.config(declaredModel, version("v1", source(1)),
		"resource \"mlregistry_model_alias\" \"a\" {\n  model_name = \"MODEL\"\n  alias = \"champion\"\n  version = mlregistry_model_version.v1.version\n}\n")
	w.MustApply()
	var state map[string]any
	if err := json.Unmarshal([]byte(readFile(t, w.Dir, "terraform.tfstate")), &state); err != nil {
		t.Fatal(err)
	}
	stripped := 0
	for _, one := range state["resources"].([]any) {
		for _, instance := range one.(map[string]any)["instances"].([]any) {
			delete(instance.(map[string]any), "identity")
			delete(instance.(map[string]any), "identity_schema_version")
			stripped++
		}
	}
	older, err := json.Marshal(state)
	if err != nil || stripped != 3 {
		t.Fatalf("%d objects in the state, %v", stripped, err)
	}
	w.Write("terraform.tfstate", string(older))
	if identity := w.identity(alias); identity != nil {
		t.Fatalf("the state still has the identity %v", identity)
	}
	w.emptyPlan()
	w.DeleteAlias(t, w.model, "champion")
	wantText(t, w.MustApply().Output, "1 added, 0 changed, 0 destroyed")
	w.emptyPlan()
	w.wantIdentity(model, "name", w.model)
	w.wantIdentity(v1, "model_name", w.model, "version", "1")
	w.wantIdentity(alias, "model_name", w.model, "alias", "champion")
}

// terraform query finds what a registry holds, and writes the blocks that take it over as it is.
func TestAccQuery(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Query)
	w := newWorkspace(t)
	w.CreateModel(t, w.model)
	for number := 1; number <= 12; number++ {
		w.CreateVersion(t, w.model, fmt.Sprintf("s3://models/fraud/%d", number))
	}
	w.Transition(t, w.model, "11", "Staging", false)
	w.Transition(t, w.model, "12", "Production", false)
	w.SetAlias(t, w.model, "champion", "12")
	w.config()
	w.Write("registry.tfquery.hcl", strings.ReplaceAll(`
list "mlregistry_registered_model" "models" {
  provider = mlregistry
  config {
    filter = "name = 'MODEL'"
  }
}
list "mlregistry_model_version" "newest" {
  provider = mlregistry
  limit    = 10
  config {
    model_name = "MODEL"
  }
}
list "mlregistry_model_stage" "held" {
  provider         = mlregistry
  include_resource = true
  config {
    model_name = "MODEL"
    stages     = ["production"]
  }
}
list "mlregistry_model_alias" "aliases" {
  provider = mlregistry
  config {
    model_name = "MODEL"
  }
}
`, "MODEL", w.model))
	before := w.Dump(t, w.model)
	found := w.MustRun("query", "-no-color", "-generate-config-out=found.tf")
	for _, name := range []string{
		w.model + "/12 (Production)", w.model + "/11 (Staging)", w.model + "/3", w.model + "/Production (version 12)",
		w.model + "/champion (version 12)",
	} {
		if !strings.Contains(found.Output, name+"\n") {
			t.Errorf("%q was not found:\n%s", name, found.Output)
		}
	}
	if strings.Contains(found.Output, w.model+"/2\n") {
		t.Errorf("the limit was not kept:\n%s", found.Output)
	}
	plan := w.Plan()
	wantText(t, plan.Output, "Plan: 13 to import, 0 to add, 0 to change, 0 to destroy.")
	w.MustApply(plan.PlanFile)
	w.emptyPlan()
	if after := w.Dump(t, w.model); after != before {
		t.Errorf("the registry has changed, from\n%s\nto\n%s", before, after)
	}
	w.Write("registry.tfquery.hcl", "list \"mlregistry_model_version\" \"wrong\" {\n  provider = mlregistry\n  config {\n    filter = \"stage = 'Production'\"\n  }\n}\n")
	wrong := w.Run("query", "-no-color")
	if wrong.ExitCode == 0 {
		t.Errorf("a filter that MLflow does not know was accepted:\n%s", wrong.Output)
	}
	wantText(t, wrong.Output, "Unable to list model versions")
}

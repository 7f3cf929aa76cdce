package provider_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// Every type refuses a prompt by its name: in the plan, and on import. Data sources refuse it as well, and lists leave it out.
func TestAccPrompts(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.Prompts)
	const refused = `is a prompt, not a model`
	model := `model_name = "MODEL"`
	for name, one := range map[string]mistake{
		"registeredModel": {`resource "mlregistry_registered_model" "it" { name = "MODEL" }`, "name", refused},
		"newVersion":      {"resource \"mlregistry_model_version\" \"it\" {\n" + model + "\nsource = \"s3://m/2\"\n}", "model_name", refused},
		"adoptedVersion":  {"resource \"mlregistry_model_version\" \"it\" {\n" + model + "\nversion = 1\n}", "model_name", refused},
		"stage": {"resource \"mlregistry_model_stage\" \"it\" {\n" + model + "\nstage = \"Production\"\nversion = 1\n}", "model_name",
			refused},
		"alias":             {"resource \"mlregistry_model_alias\" \"it\" {\n" + model + "\nalias = \"champion\"\nversion = 1\n}", "model_name", refused},
		"modelTag":          {tagBlock(modelTag, "k", "v"), "model_name", refused},
		"versionTag":        {tagBlock(versionTag, "k", "v"), "model_name", refused},
		"dataModel":         {data(modelData, `name = "MODEL"`), "name", refused},
		"dataVersion":       {data(versionData, model, "version = 1"), "model_name", refused},
		"dataVersionAlias":  {data(versionData, model, `alias = "production"`), "model_name", refused},
		"dataVersions":      {data(versionsData, model), "model_name", refused},
		"dataVersionsAsked": {data(versionsData, model, "filter = \"tags.`mlflow.prompt.is_prompt` = 'true'\""), "model_name", refused},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.CreatePrompt(t, w.model, "Hello {{name}}")
			w.SetAlias(t, w.model, "production", "1")
			w.config(one.lines)
			w.wantPlanError(one.attribute, one.message)
			got := fmt.Sprintf("%v %v %v", w.Aliases(t, w.model), w.VersionTags(t, w.model, "1")["mlflow.prompt.text"], w.VersionExists(t, w.model, "2"))
			if got != "map[production:1] Hello {{name}} false" {
				t.Errorf("the prompt was changed: %s", got)
			}
		})
	}
}

func TestAccPrompts_import(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.Prompts)
	s := newScenario(t)
	s.CreatePrompt(t, s.model, "Hello {{name}}")
	s.SetAlias(t, s.model, "production", "1")
	s.Transition(t, s.model, "1", "Production", false)
	for address, id := range map[string]string{
		model: s.model, v1: s.model + "/1", "mlregistry_model_stage.it": s.model + "/Production", "mlregistry_model_alias.it": s.model + "/production",
		modelTag: s.model + "/mlflow.prompt.is_prompt", versionTag: s.model + "/1/mlflow.prompt.text",
	} {
		s.run(resource.TestStep{
			Config: s.hcl(fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id), map[string]string{
				model:                       `resource "mlregistry_registered_model" "m" { name = "MODEL" }`,
				v1:                          "resource \"mlregistry_model_version\" \"v1\" {\n  model_name = \"MODEL\"\n  version = 1\n}\n",
				"mlregistry_model_stage.it": "resource \"mlregistry_model_stage\" \"it\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = 1\n}\n",
				modelTag:                    tagBlock(modelTag, "k", "v"),
				versionTag:                  tagBlock(versionTag, "k", "v"),
				"mlregistry_model_alias.it": "resource \"mlregistry_model_alias\" \"it\" {\n  model_name = \"MODEL\"\n  alias = \"production\"\n  version = 1\n}\n",
			}[address]),
			ExpectError: says("is a prompt, not a model"),
		})
	}
}

// A prompt that appears after the last plan, at the moment in which the model is to be created, is not touched either, nor is one that
// these credentials may not read.
func TestAccPrompts_betweenPlanAndApply(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.Prompts)
	for _, readable := range []bool{true, false} {
		t.Run(fmt.Sprintf("readable=%t", readable), func(t *testing.T) {
			w := newWorkspace(t)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.config(`resource "mlregistry_registered_model" "m" { name = "MODEL" }`)
			plan := w.Plan()
			if !readable {
				proxy.Fault(acctest.Calls("registered-models/get"), acctest.Status(403, nil, "Permission denied"), -1)
			}
			var once sync.Once
			proxy.OnRequest(func(request acctest.Request) {
				if acctest.Calls("registered-models/create")(request) {
					once.Do(func() { w.CreatePrompt(t, w.model, "Hello") })
				}
			})
			applied := w.Apply(plan.PlanFile)
			if applied.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", applied.Output)
			}
			wantText(t, applied.Output, "is a prompt, not a model")
			if got := w.ModelTags(t, w.model); got["mlflow.prompt.is_prompt"] != "true" {
				t.Errorf("the prompt was changed: %v", got)
			}
		})
	}
}

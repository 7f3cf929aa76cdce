package provider_test

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

func TestAccModelVersionData(t *testing.T) {
	s := newScenario(t)
	s.pipeline(4)
	s.DescribeVersion(t, s.model, "3", "retrained")
	s.SetVersionTag(t, s.model, "3", "validation_status", "passed")
	s.SetAlias(t, s.model, "champion", "3")
	s.SetAlias(t, s.model, "blue", "3")
	s.SetAlias(t, s.model, "green", "2")
	s.Transition(t, s.model, "3", "Production", false)
	by := func(line string) string { return s.hcl(data(versionData, `model_name = "MODEL"`, line)) }
	s.run(
		step(by("version = 3"),
			found(versionData, "version", text("3")), found(versionData, "stage", text("Production")), found(versionData, "alias", null),
			found(versionData, "aliases", texts("blue", "champion")), found(versionData, "source", text("s3://pipeline/3")),
			found(versionData, "description", text("retrained")), found(versionData, "status", text("READY")),
			found(versionData, "tags", textMap(map[string]string{"validation_status": "passed"})),
			found(versionData, "run_id", null), found(versionData, "run_link", null), found(versionData, "model_id", null),
			found(versionData, "status_message", null), found(versionData, "user_id", null),
			found(versionData, "creation_time", moment), found(versionData, "last_updated_time", moment)),
		step(by(`version = "1"`), found(versionData, "stage", text("None")), found(versionData, "aliases", texts()),
			found(versionData, "tags", textMap(nil)), found(versionData, "description", null)),
		step(by(`alias = "champion"`), found(versionData, "version", text("3")), found(versionData, "alias", text("champion"))),
		step(by(`stage = "PRODUCTION"`), found(versionData, "version", text("3")), found(versionData, "stage", text("PRODUCTION"))),
		// The alias and the stage move, and the next read follows.
		resource.TestStep{PreConfig: func() { s.SetAlias(t, s.model, "champion", "4") }, Config: by(`alias = "champion"`),
			ConfigStateChecks: []statecheck.StateCheck{found(versionData, "version", text("4"))}},
		resource.TestStep{PreConfig: func() { s.Transition(t, s.model, "1", "Production", true) }, Config: by(`stage = "Production"`),
			ConfigStateChecks: []statecheck.StateCheck{found(versionData, "version", text("1"))}},
		resource.TestStep{PreConfig: func() { s.Transition(t, s.model, "2", "Production", false) }, Config: by(`stage = "Production"`),
			ExpectError: says("It is held by versions 1 and 2, so the stage names no single version.")},
		resource.TestStep{Config: by(`stage = "Staging"`),
			ExpectError: says("The model has 4 version(s), all in other stages. Promote one, or look it up by version or alias.")},
		resource.TestStep{PreConfig: func() {
			s.DeleteVersion(t, s.model, "4")
			s.DeleteAlias(t, s.model, "champion") // Older servers keep it.
		}, Config: by(`alias = "champion"`),
			ExpectError: says("Check the alias; case matters. It has blue, green.")},
		resource.TestStep{Config: by("version = 4"), ExpectError: says("Check the number, and that the pipeline which registers it has run.")},
	)
}

func TestAccModelVersionData_badInput(t *testing.T) {
	const exactly = `Exactly one of these attributes must be configured: [version,alias,stage]`
	badInput(t, versionData, map[string]mistake{
		"none":         {`model_name = "MODEL"`, "", exactly},
		"two":          {"model_name = \"MODEL\"\n  version = 1\n  stage = \"Production\"", "", exactly},
		"stage":        {"model_name = \"MODEL\"\n  stage = \"Prod\"", "stage", "use one of None, Staging, Production, Archived."},
		"alias":        {"model_name = \"MODEL\"\n  alias = \"a b\"", "alias", "letters, digits, underscores and dashes"},
		"version":      {"model_name = \"MODEL\"\n  version = \"abc\"", "version", "is not a version number"},
		"modelName":    {"model_name = \"a/b\"\n  version = 1", "model_name", "holds '/' or ':'"},
		"missingModel": {"model_name = \"MODEL-missing\"\n  version = 1", "model_name", "does not exist"},
		"missing":      {"model_name = \"MODEL\"\n  version = 1", "version", "has no version 1"},
		"missingAlias": {"model_name = \"MODEL\"\n  alias = \"champion\"", "alias", "It has none."},
		"emptyStage":   {"model_name = \"MODEL\"\n  stage = \"Staging\"", "stage", "The model has 0 version(s)"},
	})
}

// A version by number or alias costs two small requests, however many versions the model has.
func TestAccModelVersionData_requests(t *testing.T) {
	s := newScenario(t)
	s.pipeline(2)
	s.SetAlias(t, s.model, "champion", "2")
	proxy := acctest.NewProxy(t, s.HTTP)
	s.URI = proxy.URL
	for _, line := range []string{"version = 2", `alias = "champion"`} {
		w := &workspace{scenario: s, Workspace: acctest.NewWorkspace(t, "")}
		w.config(data(versionData, `model_name = "MODEL"`, line))
		proxy.Reset()
		w.Plan()
		if got := endpoints(proxy); !slices.Equal(got, []string{"registered-models/get", "model-versions/get"}) {
			t.Errorf("%s asks for %v", line, got)
		}
	}
}

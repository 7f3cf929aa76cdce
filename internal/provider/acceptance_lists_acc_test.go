package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// What the life of a type leaves out of its acceptance list: create, update in place, removed field, disappeared, import,
// drift, bad input, empty second plan.

// A field that is removed goes back to its default, in place, and nothing moves in the registry.
func TestAccModelStage_removedFields(t *testing.T) {
	s := newScenario(t)
	s.pipeline(1)
	s.SetVersionTag(t, s.model, "1", "validation_status", "passed")
	s.run(
		resource.TestStep{Config: s.hcl(pointAt("1", `on_destroy = "retain"`, passed, `timeouts = { create = "2m" }`))},
		resource.TestStep{
			Config: s.hcl(pointAt("1")), ConfigPlanChecks: before(updates(pointer), changesOnly{pointer, []string{"on_destroy", "require_tags", "timeouts"}}),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(pointer, "on_destroy", "archive"), stateNull(pointer, "require_tags"), s.holds("1")},
		},
	)
}

func TestAccModelVersion_removedFields(t *testing.T) {
	s := newScenario(t)
	run := s.RunID(t)
	s.run(
		resource.TestStep{Config: s.hcl(declaredModel, version("v1", source(1), stage("Production"), `on_destroy = "retain"`,
			fmt.Sprintf("run_id = %q", run), `archive_existing_versions = false`, `require_tags = {}`, `timeouts = { create = "2m" }`))},
		resource.TestStep{
			Config:           s.hcl(declaredModel, version("v1", source(1), stage("Production"))),
			ConfigPlanChecks: before(updates(v1), changesOnly{v1, []string{"on_destroy", "archive_existing_versions", "require_tags", "timeouts"}}),
			ConfigStateChecks: []statecheck.StateCheck{
				stateHas(v1, "on_destroy", "archive"), s.holds("1"), stateHas(v1, "run_id", run), // It is the version's.
				statecheck.ExpectKnownValue(v1, tfjsonpath.New("archive_existing_versions"), knownvalue.Bool(true)),
			},
		},
	)
}

func TestAccRegisteredModel_removedForceDestroy(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	plain := s.hcl(`resource "mlregistry_registered_model" "m" { name = "MODEL" }`)
	s.run(
		resource.TestStep{Config: s.hcl(declaredModel)},
		resource.TestStep{
			Config: plain, ConfigPlanChecks: before(updates(model), changesOnly{model, []string{"force_destroy"}}),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(model, tfjsonpath.New("force_destroy"), knownvalue.Bool(false))},
		},
		resource.TestStep{ResourceName: model, ImportState: true, ImportStateId: "no such model", ExpectError: says(`The registry has no registered model "no such model".`)},
		resource.TestStep{ResourceName: model, ImportState: true, ImportStateId: "a/b", ExpectError: says("The ID of a registered model is its name.")},
	)
}

// The version, and then the whole model, disappear under a pointer and under an alias.
func TestAccModelStage_disappeared(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	s.pipeline(2)
	s.run(
		resource.TestStep{Config: s.hcl(pointAt("1"))},
		resource.TestStep{
			PreConfig: func() { s.DeleteVersion(t, s.model, "1") }, Config: s.hcl(pointAt("2")),
			ConfigPlanChecks: before(creates(pointer)), ConfigStateChecks: []statecheck.StateCheck{s.holds("2")},
		},
		resource.TestStep{PreConfig: func() { s.DeleteModel(t, s.model) }, Config: s.hcl(pointAt("2")),
			ExpectError: says("The model does not exist or has no versions.")},
		resource.TestStep{
			PreConfig: func() { s.pipeline(2) }, Config: s.hcl(pointAt("2")),
			ConfigPlanChecks: before(creates(pointer)), ConfigStateChecks: []statecheck.StateCheck{s.holds("2")},
		},
		resource.TestStep{PreConfig: func() { s.DeleteModel(t, s.model) }, Config: s.hcl()}, // Nothing is left to archive.
	)
}

func TestAccModelAlias_modelDisappears(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	s.pipeline(1)
	s.run(
		resource.TestStep{Config: s.hcl(alias("champion", "champion", "1"))},
		resource.TestStep{PreConfig: func() { s.DeleteModel(t, s.model) }, Config: s.hcl(alias("champion", "champion", "1")),
			ExpectError: says("The model does not exist or has no versions.")},
		resource.TestStep{
			PreConfig: func() { s.pipeline(1) }, Config: s.hcl(alias("champion", "champion", "1")),
			ConfigPlanChecks: before(creates(champion)), ConfigStateChecks: []statecheck.StateCheck{s.aliases(map[string]string{"champion": "1"})},
		},
		resource.TestStep{PreConfig: func() { s.DeleteModel(t, s.model) }, Config: s.hcl()},
	)
}

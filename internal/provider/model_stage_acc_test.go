package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const pointer = "mlregistry_model_stage.live"

// pointAt writes a pointer of the scenario's model at a version (an HCL expression).
func pointAt(version string, lines ...string) string {
	block := "resource \"mlregistry_model_stage\" \"live\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = " + version + "\n"
	for _, line := range lines {
		block += "  " + line + "\n"
	}
	return block + "}\n"
}

// pipeline registers versions outside Terraform.
func (s *scenario) pipeline(count int) {
	s.t.Helper()
	s.CreateModel(s.t, s.model)
	for number := 1; number <= count; number++ {
		s.CreateVersion(s.t, s.model, fmt.Sprintf("s3://pipeline/%d", number))
	}
}

func TestAccModelStage_life(t *testing.T) {
	acctest.NeedsNativeStages(t)
	s := newScenario(t)
	s.pipeline(3)
	var watcher *watch
	s.run(
		resource.TestStep{ // An empty stage is taken.
			Config: s.hcl(pointAt("1")), ConfigPlanChecks: before(creates(pointer), archives(pointer)),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(pointer, "on_destroy", "archive"), s.holds("1")},
		},
		resource.TestStep{ // One handover in place, without a gap.
			PreConfig:        func() { watcher = s.watchProduction() },
			Config:           s.hcl(pointAt("2")),
			ConfigPlanChecks: before(updates(pointer), changesOnly{pointer, []string{"version", "archived_versions"}}, archives(pointer, "1")),
			ConfigStateChecks: []statecheck.StateCheck{
				s.holds("2"), s.sees("1", "Archived"), look(func() error { return watcher.stop(1, 1) }),
			},
		},
		resource.TestStep{ // The rollback; text and number are the same.
			Config: s.hcl(pointAt(`"1"`)), ConfigPlanChecks: before(archives(pointer, "2")),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
		},
		resource.TestStep{ResourceName: pointer, ImportState: true, ImportStateId: s.model + "/production", ImportStateVerify: true,
			ImportStateVerifyIdentifierAttribute: "stage", ImportStateVerifyIgnore: []string{"archived_versions", "from_stage"}},
		resource.TestStep{ResourceName: pointer, ImportState: true, ImportStateId: s.model + "/Staging", ExpectError: says("in Staging. Check the ID or the identity")},
		resource.TestStep{ResourceName: pointer, ImportState: true, ImportStateId: s.model + "/Archived", ExpectError: says("nothing can point at its holder")},
		resource.TestStep{ // Somebody else moved the stage: a diff of version, and a warning.
			PreConfig:         func() { s.Transition(t, s.model, "3", "Production", true) },
			Config:            s.hcl(pointAt("1")),
			ConfigPlanChecks:  before(updates(pointer), changedOutside{pointer, "version", knownvalue.StringExact("3")}, archives(pointer, "3")),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), s.sees("3", "Archived")},
		},
		resource.TestStep{ // A second holder made by hand.
			PreConfig:         func() { s.Transition(t, s.model, "2", "Production", false) },
			Config:            s.hcl(pointAt("1")),
			ConfigPlanChecks:  before(updates(pointer), changedOutside{pointer, "stage_conflicts", texts("2")}, archives(pointer, "2")),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
		},
		resource.TestStep{ // Nobody holds it any more.
			PreConfig: func() { s.Transition(t, s.model, "1", "Archived", false) },
			Config:    s.hcl(pointAt("1")), ConfigPlanChecks: before(creates(pointer)),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
		},
		resource.TestStep{ // Another stage is another pointer.
			Config:            s.hcl("resource \"mlregistry_model_stage\" \"live\" {\n  model_name = \"MODEL\"\n  stage = \"STAGING\"\n  version = 1\n}\n"),
			ConfigPlanChecks:  before(plancheck.ExpectResourceAction(pointer, plancheck.ResourceActionDestroyBeforeCreate)),
			ConfigStateChecks: []statecheck.StateCheck{s.holds(), s.sees("1", "Staging")},
		},
		resource.TestStep{Config: s.hcl(), ConfigStateChecks: []statecheck.StateCheck{s.sees("1", "Archived")}},
	)
}

func TestAccModelStage_retain(t *testing.T) {
	s := newScenario(t)
	s.pipeline(1)
	s.run(
		resource.TestStep{Config: s.hcl(pointAt("1", `on_destroy = "retain"`))},
		resource.TestStep{Config: s.hcl(), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")}},
	)
}

// H13: the version is known only after apply.
func TestAccModelStage_versionUnknownAtPlan(t *testing.T) {
	s := newScenario(t)
	config := func(number int) string {
		return s.hcl(declaredModel,
			version("new", source(number), "lifecycle { create_before_destroy = true }"),
			pointAt("mlregistry_model_version.new.version"))
	}
	var watcher *watch
	s.run(
		resource.TestStep{
			Config:           config(1),
			ConfigPlanChecks: before(creates(pointer), plancheck.ExpectUnknownValue(pointer, tfjsonpath.New("archived_versions"))),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), stateHas(pointer, "version", "1"),
				statecheck.ExpectKnownValue(pointer, tfjsonpath.New("archived_versions"), texts())},
		},
		resource.TestStep{
			PreConfig:        func() { watcher = s.watchProduction() },
			Config:           config(2),
			ConfigPlanChecks: before(updates(pointer), plancheck.ExpectUnknownValue(pointer, tfjsonpath.New("version"))),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), stateHas(pointer, "version", "2"),
				statecheck.ExpectKnownValue(pointer, tfjsonpath.New("archived_versions"), texts("1")),
				look(func() error { return watcher.stop(1, 1) })},
		},
	)
}

func TestAccModelStage_badInput(t *testing.T) {
	s := newScenario(t)
	s.pipeline(1)
	archived := "resource \"mlregistry_model_stage\" \"live\" {\n  model_name = \"MODEL\"\n  stage = \"archived\"\n  version = 1\n}\n"
	s.run(
		resource.TestStep{Config: s.hcl(archived), ExpectError: says("any number of versions can be in Archived, so nothing can point at its holder")},
		resource.TestStep{Config: s.hcl(pointAt("0")), ExpectError: says(`"0" is not a version number`)},
		resource.TestStep{Config: s.hcl(pointAt("7")), ExpectError: says("The newest version is 1.")},
		resource.TestStep{Config: s.hcl(pointAt("1"))},
		resource.TestStep{Config: s.hcl(pointAt("7")), ExpectError: says("The newest version is 1.")},
	)
}

func TestAccModelStage_warnings(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(3)
	w.Transition(t, w.model, "1", "Production", false)
	w.config(pointAt("2"))
	wantText(t, w.Plan().Output, "It was not given the stage by this resource (this pointer is new to the stage), and apply archives it.")
	w.MustApply()
	w.Transition(t, w.model, "3", "Production", true)
	wantText(t, w.Plan().Output, "somebody else has moved the stage since the last apply")
	w.MustApply()
	w.Transition(t, w.model, "1", "Staging", false)
	w.config(pointAt("1"))
	if plan := w.Plan(); says("It was not given").MatchString(plan.Output) || says("is left without a holder").MatchString(plan.Output) {
		t.Errorf("an ordinary promotion warns:\n%s", plan.Output)
	}
	w.config()
	wantText(t, w.Plan().Output, "whoever asks the registry for the model in Production finds none.")
}

// TestAccModelStage_destroyAfterATakeover removes a pointer whose stage somebody else has taken: it is theirs.
func TestAccModelStage_destroyAfterATakeover(t *testing.T) {
	s := newScenario(t)
	s.pipeline(2)
	s.run(
		resource.TestStep{Config: s.hcl(pointAt("1")), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")}},
		resource.TestStep{
			PreConfig:         func() { s.Transition(t, s.model, "2", "Production", true) },
			Config:            s.hcl(),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), s.sees("1", "Archived")},
		},
	)
}

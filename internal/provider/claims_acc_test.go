package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// H3: two versions of one configuration claim one stage. Whichever is planned later carries the error.
func TestAccClaims(t *testing.T) {
	adopted := func(name string, number int, lines ...string) string {
		block := fmt.Sprintf("resource \"mlregistry_model_version\" %q {\n  model_name = \"MODEL\"\n  version = %d\n", name, number)
		for _, line := range lines {
			block += "  " + line + "\n"
		}
		return block + "}\n"
	}
	live := stage("Production")
	t.Run("twoVersions", func(t *testing.T) {
		s := newScenario(t)
		s.pipeline(2)
		conflict := says("The configuration wants version 1 and version 2 in Production, and only one version can hold it.")
		s.run(
			resource.TestStep{Config: s.hcl(adopted("v1", 1, live), adopted("v2", 2, live)), ExpectError: conflict},
			resource.TestStep{Config: s.hcl(adopted("v1", 1, live), adopted("v2", 2))},
			resource.TestStep{Config: s.hcl(adopted("v1", 1, live), adopted("v2", 2, live)), ExpectError: conflict},
			resource.TestStep{Config: s.hcl(adopted("v1", 1), adopted("v2", 2, live)),
				ConfigStateChecks: []statecheck.StateCheck{s.holds("2")}},
		)
	})
	t.Run("newVersions", func(t *testing.T) {
		s := newScenario(t)
		s.run(resource.TestStep{Config: s.hcl(declaredModel, version("v1", source(1), live), version("v2", source(2), live)),
			ExpectError: says("The configuration wants a new version from s3://models/fraud/1 and a new version from s3://models/fraud/2 in Production")})
	})
	t.Run("pointerAgainstVersion", func(t *testing.T) {
		s := newScenario(t)
		s.pipeline(2)
		s.run(
			resource.TestStep{Config: s.hcl(pointAt("1"), adopted("v2", 2, live)),
				ExpectError: says("The configuration wants version 1 and version 2 in Production")},
			resource.TestStep{Config: s.hcl(pointAt("2"), adopted("v2", 2, live)), // They agree.
				ConfigStateChecks: []statecheck.StateCheck{s.holds("2")}},
		)
	})
	t.Run("adviceFitsTheResources", func(t *testing.T) {
		s := newScenario(t)
		s.pipeline(2)
		s.run(
			resource.TestStep{Config: s.hcl(pointAt("1"), adopted("v2", 2, live)),
				ExpectError: says("Leave the stage out of the mlregistry_model_version, or remove the mlregistry_model_stage.")},
			resource.TestStep{Config: s.hcl(serving("a", 1), serving("b", 2)), ExpectError: says("Keep one of the two mlregistry_model_stage.")},
		)
	})
	t.Run("pointerAtANewVersion", func(t *testing.T) { // One version by two names, once it has a number.
		s := newScenario(t)
		s.run(resource.TestStep{
			Config:            s.hcl(declaredModel, version("v1", source(1), live), pointAt("mlregistry_model_version.v1.version")),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
		})
	})
	t.Run("acrossModules", func(t *testing.T) {
		w := newWorkspace(t)
		w.pipeline(2)
		module := `variable "version_number" { type = number }
variable "model" { type = string }
` + acctest.Requirements + `resource "mlregistry_model_version" "live" {
  model_name = var.model
  version    = var.version_number
  stage      = "Production"
}
`
		w.Write("live/main.tf", module)
		w.config(`module "a" {
  source         = "./live"
  model          = "MODEL"
  version_number = 1
}
module "b" {
  source         = "./live"
  model          = "MODEL"
  version_number = 2
}
`)
		w.MustRun("get")
		w.wantPlanError("stage", "The configuration wants version 1 and version 2 in Production")
	})
	t.Run("count", func(t *testing.T) {
		s := newScenario(t)
		s.pipeline(3)
		counted := "resource \"mlregistry_model_version\" \"each\" {\n  count = 3\n  model_name = \"MODEL\"\n  version = count.index + 1\n  stage = count.index > 0 ? \"Staging\" : \"Production\"\n}\n"
		s.run(resource.TestStep{Config: s.hcl(counted), ExpectError: says("The configuration wants version 2 and version 3 in Staging")})
	})
	t.Run("replacedWithoutChange", func(t *testing.T) {
		w := newWorkspace(t)
		w.config(declaredModel, version("v1", source(1), live))
		w.MustApply()
		w.MustApply("-replace=" + v1) // Planned twice, as it is and as new: no conflict.
		w.wantProduction("2")
	})
}

// A conflict that exists (both versions hold the stage) warns, and blocks neither a plan nor a destroy.
func TestAccClaims_existingConflict(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	both := `resource "mlregistry_model_version" "v1" {
  model_name = "MODEL"
  version    = 1
  stage      = "Production"
}
resource "mlregistry_model_version" "v2" {
  model_name = "MODEL"
  version    = 2
  stage      = "Production"
}
`
	w.config(both)
	w.MustApply("-target=" + v1) // One at a time, neither sees the other.
	w.MustApply("-target=" + v2)
	w.wantProduction("2")
	w.wantPlanError("stage", "The configuration wants version 1 and version 2 in Production")
	w.Transition(t, w.model, "1", "Production", false)
	plan := w.Plan()
	if plan.ExitCode != 2 {
		t.Fatalf("exit code %d:\n%s", plan.ExitCode, plan.Output)
	}
	wantText(t, plan.Output, "Until then, each apply takes the stage from one to the other.")
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatal(destroyed.Output)
	}
}

// A stage that was left out and is claimed again is a new claim.
func TestAccClaims_claimedAgain(t *testing.T) {
	w := newWorkspace(t)
	w.config(declaredModel, version("v1", source(1), stage("Production")))
	w.MustApply()
	w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production")))
	w.MustApply()
	w.config(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2), stage("Production")))
	w.wantPlanError("stage", "The configuration wants version 1 and version 2 in Production")
}

func TestAccClaims_oneVersionInTwoStages(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(1)
	w.config(pointAt("1"), strings.ReplaceAll(takeOver("Staging"), "version = 2", "version = 1"))
	w.wantPlanError("stage", "The configuration wants it in Production and in Staging, and a version is in one stage at a time.")
}

// One that has a stage alone beside one that shares it, and a version that is archived in one block and pointed at by another, would flip with
// each apply.
func TestAccClaims_neverBothTrue(t *testing.T) {
	for name, test := range map[string]struct{ one, other, message string }{
		"one shares": {adopted("a", 1, stage("Production")), adopted("b", 2, stage("Production"), "archive_existing_versions = false"),
			"The configuration wants version 1 and version 2 in Production"},
		"a pointer beside one that shares": {serving("a", 1), adopted("b", 2, stage("Production"), "archive_existing_versions = false"),
			"The configuration wants version 1 and version 2 in Production"},
		"archived and pointed at": {adopted("a", 1, stage("Archived")), serving("b", 1),
			"The configuration wants it in Archived and in Production, and a version is in one stage at a time."},
		"none and pointed at": {adopted("a", 1, stage("None")), serving("b", 1),
			"The configuration wants it in None and in Production, and a version is in one stage at a time."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(2)
			w.config(test.one, test.other)
			for range 2 { // In whatever order Terraform plans them.
				w.wantPlanError("stage", test.message)
			}
			w.config(test.other)
			w.MustApply() // The other one is in the state by then.
			w.config(test.one, test.other)
			w.wantPlanError("stage", test.message)
		})
	}
	t.Run("both share", func(t *testing.T) {
		w := newWorkspace(t)
		w.pipeline(2)
		share := "archive_existing_versions = false"
		w.config(adopted("a", 1, stage("Production"), share), adopted("b", 2, stage("Production"), share))
		w.MustApply()
		w.wantProduction("1", "2")
		w.emptyPlan()
	})
}

func TestAccPromotion_leavesNoHolderWarns(t *testing.T) {
	w := newWorkspace(t)
	w.config(declaredModel, version("v1", source(1), stage("Production")))
	w.MustApply()
	w.config(declaredModel, version("v1", source(1), stage("Archived")))
	wantText(t, w.Plan().Output, "whoever asks the registry for the model in Production finds none.")
	w.config(declaredModel)
	wantText(t, w.Plan().Output, "whoever asks the registry for the model in Production finds none.")
	w.config(declaredModel, version("v1", source(1), stage("Archived")), version("v2", source(2), stage("Production")))
	if plan := w.Plan(); says("is left without a holder").MatchString(plan.Output) {
		t.Errorf("a promotion with a successor warns:\n%s", plan.Output)
	}
}

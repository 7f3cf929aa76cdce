package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

func (s *scenario) modelTags(want map[string]string) statecheck.StateCheck {
	return s.compares("tags of the model", func() any { return s.ModelTags(s.t, s.model) }, want)
}

func (s *scenario) modelDescription(want string) statecheck.StateCheck {
	return s.compares("description of the model", func() any { return s.ModelDescription(s.t, s.model) }, want)
}

func TestAccRegisteredModel_life(t *testing.T) {
	s := newScenario(t)
	minimal := s.hcl(`resource "mlregistry_registered_model" "m" { name = "MODEL" }`)
	full := s.hcl(`resource "mlregistry_registered_model" "m" {
  name        = "MODEL"
  description = "Card fraud scoring"
  tags        = { team = "risk", "cost centre" = "7", "émoji" = "✓ \"quoted\" 100%" }
}`)
	changed := s.hcl(`resource "mlregistry_registered_model" "m" {
  name        = "MODEL"
  description = "Card fraud scoring, again"
  tags        = { team = "payments" }
}`)
	s.run(
		resource.TestStep{
			Config:           minimal,
			ConfigPlanChecks: before(creates(model)),
			ConfigStateChecks: []statecheck.StateCheck{
				stateHas(model, "name", s.model), stateNull(model, "description"), stateNull(model, "tags"),
				s.modelDescription(""), s.modelTags(map[string]string{}),
			},
		},
		resource.TestStep{ // Every attribute added, in place.
			Config:           full,
			ConfigPlanChecks: before(updates(model)),
			ConfigStateChecks: []statecheck.StateCheck{
				stateHas(model, "description", "Card fraud scoring"), s.modelDescription("Card fraud scoring"),
				s.modelTags(map[string]string{"team": "risk", "cost centre": "7", "émoji": `✓ "quoted" 100%`}),
			},
		},
		resource.TestStep{ResourceName: model, ImportState: true, ImportStateId: s.model, ImportStateVerify: true,
			ImportStateVerifyIdentifierAttribute: "name"},
		resource.TestStep{ // Changed and removed keys; another's key and MLflow's own stay.
			PreConfig: func() {
				s.SetModelTag(t, s.model, "owner", "somebody else")
				s.SetModelTag(t, s.model, "mlflow.something", "internal")
			},
			Config:           changed,
			ConfigPlanChecks: before(updates(model)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(model, tfjsonpath.New("tags"),
					knownvalue.MapExact(map[string]knownvalue.Check{"team": knownvalue.StringExact("payments")})),
				s.modelTags(map[string]string{"team": "payments", "owner": "somebody else", "mlflow.something": "internal"}),
				s.modelDescription("Card fraud scoring, again"),
			},
		},
		resource.TestStep{ // Fields removed: what was declared is cleared, nothing else.
			Config:           minimal,
			ConfigPlanChecks: before(updates(model)),
			ConfigStateChecks: []statecheck.StateCheck{
				stateNull(model, "description"), stateNull(model, "tags"),
				s.modelDescription(""), s.modelTags(map[string]string{"owner": "somebody else", "mlflow.something": "internal"}),
			},
		},
	)
	if s.ModelExists(t, s.model) {
		t.Error("the destroyed model is still there")
	}
}

func TestAccRegisteredModel_drift(t *testing.T) {
	s := newScenario(t)
	config := s.hcl(`resource "mlregistry_registered_model" "m" {
  name        = "MODEL"
  description = "declared"
  tags        = { team = "risk", tier = "1" }
}`)
	declared := []statecheck.StateCheck{
		s.modelDescription("declared"), s.modelTags(map[string]string{"team": "risk", "tier": "1"}),
	}
	step := func(change func(), attribute string, found knownvalue.Check) resource.TestStep {
		return resource.TestStep{
			PreConfig: change, Config: config, ConfigStateChecks: declared,
			ConfigPlanChecks: before(updates(model), changedOutside{model, attribute, found}),
		}
	}
	s.run(
		resource.TestStep{Config: config, ConfigStateChecks: declared},
		step(func() { s.DescribeModel(t, s.model, "by hand") }, "description", knownvalue.StringExact("by hand")),
		step(func() { s.DescribeModel(t, s.model, "") }, "description", knownvalue.Null()),
		step(func() { s.SetModelTag(t, s.model, "team", "other") }, "tags", knownvalue.MapExact(map[string]knownvalue.Check{
			"team": knownvalue.StringExact("other"), "tier": knownvalue.StringExact("1")})),
		step(func() { s.DeleteModelTag(t, s.model, "tier") }, "tags", knownvalue.MapExact(map[string]knownvalue.Check{
			"team": knownvalue.StringExact("risk")})),
	)
}

func TestAccRegisteredModel_disappeared(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	config := s.hcl(`resource "mlregistry_registered_model" "m" { name = "MODEL" }`)
	s.run(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:        func() { s.DeleteModel(t, s.model) },
			Config:           config,
			ConfigPlanChecks: before(creates(model)),
			ConfigStateChecks: []statecheck.StateCheck{
				s.compares("existence", func() any { return s.ModelExists(t, s.model) }, true),
			},
		},
	)
}

func TestAccRegisteredModel_rename(t *testing.T) {
	s := newScenario(t)
	renamed := s.UniqueName(t, "renamed")
	block := func(name string) string {
		return s.hcl(`resource "mlregistry_registered_model" "m" { name = "` + name + `" }`)
	}
	s.run(
		resource.TestStep{Config: block(s.model)},
		resource.TestStep{
			PreConfig:   func() { s.CreateVersion(t, s.model, "s3://models/fraud/1") },
			Config:      block(renamed),
			ExpectError: says("Terraform can change the name only by deleting the model and creating another. To keep the versions, rename it in MLflow"),
		},
		resource.TestStep{ // Without versions there is nothing to lose.
			PreConfig: func() { s.DeleteVersion(t, s.model, "1") },
			Config:    block(renamed),
			ConfigPlanChecks: before(
				plancheck.ExpectResourceAction(model, plancheck.ResourceActionDestroyBeforeCreate)),
			ConfigStateChecks: []statecheck.StateCheck{
				s.compares("existence of the old", func() any { return s.ModelExists(t, s.model) }, false),
				s.compares("existence of the new", func() any { return s.ModelExists(t, renamed) }, true),
			},
		},
	)
}

func TestAccRegisteredModel_alreadyExists(t *testing.T) {
	s := newScenario(t)
	s.CreateModel(t, s.model)
	s.DescribeModel(t, s.model, "somebody's")
	config := s.hcl(`resource "mlregistry_registered_model" "m" { name = "MODEL" }`) + "\n"
	s.run(
		resource.TestStep{Config: config,
			ExpectError: says("It is not in this Terraform state, and it was left as it is. To manage it here, import it:")},
		resource.TestStep{
			Config: config + `import {
  to = mlregistry_registered_model.m
  id = "` + s.model + `"
}`,
			ConfigPlanChecks:  before(plancheck.ExpectResourceAction(model, plancheck.ResourceActionNoop)), // Nobody declares the description: it stays.
			ConfigStateChecks: []statecheck.StateCheck{s.modelDescription("somebody's")},
		},
	)
}

// The plan says what the apply would stop at, and nothing is half done by then.
func TestAccRegisteredModel_failsInThePlan(t *testing.T) {
	t.Run("exists", func(t *testing.T) {
		w := newWorkspace(t)
		w.CreateModel(t, w.model)
		w.config(`resource "mlregistry_registered_model" "m" { name = "MODEL" }` + "\n")
		w.wantPlanError("name", "It is not in this Terraform state, and it was left as it is. To manage it here, import it:")
	})
	t.Run("twice", func(t *testing.T) {
		w := newWorkspace(t)
		w.config("resource \"mlregistry_registered_model\" \"m\" {\n  count = 2\n  name = \"MODEL\"\n}\n")
		w.wantPlanError("name", "Keep one of the two resources.")
		if w.ModelExists(t, w.model) {
			t.Error("the model was created")
		}
	})
	t.Run("tainted", func(t *testing.T) { // It is planned as new, and is no stranger.
		w := newWorkspace(t)
		w.config(declaredModel)
		w.MustApply()
		w.MustRun("taint", model)
		w.MustApply()
		w.MustApply("-replace=" + model)
		w.emptyPlan()
	})
}

// A model with versions is deleted by no plan without force_destroy: the plan warns before anything else is destroyed.
func TestAccRegisteredModel_destroyWithVersionsWarns(t *testing.T) {
	const warning = "cannot be deleted while it has versions"
	w := newWorkspace(t)
	declared := `resource "mlregistry_registered_model" "m" { name = "MODEL" }` + "\n"
	w.config(declared, version("v1", source(1), `on_destroy = "delete"`), version("v2", source(2), "depends_on = ["+v1+"]"))
	w.MustApply()
	w.config()
	plan := w.Plan()
	wantText(t, plan.Output, warning)
	wantText(t, plan.Output, "It has version 2 besides what is planned so far to be deleted")
	w.config(declared, version("v1", source(1), `on_destroy = "delete"`), version("v2", source(2), `on_destroy = "delete"`))
	w.MustApply()
	w.config()
	plan = w.Plan()
	if says(warning).MatchString(plan.Output) {
		t.Errorf("the plan warns although it deletes all versions:\n%s", plan.Output)
	}
	w.MustApply(plan.PlanFile)
	if w.ModelExists(t, w.model) {
		t.Error("the model is still there")
	}
}

func TestAccRegisteredModel_deleteWithVersions(t *testing.T) {
	s := newScenario(t)
	kept := s.hcl(`resource "mlregistry_registered_model" "m" { name = "MODEL" }`)
	forced := s.hcl(declaredModel)
	s.run(
		resource.TestStep{Config: kept},
		resource.TestStep{
			PreConfig:   func() { s.CreateVersion(t, s.model, "s3://models/fraud/1") },
			Config:      s.hcl(),
			ExpectError: says("Deleting a model deletes all its versions, so it was not deleted. It has version 1"),
		},
		resource.TestStep{Config: forced, ConfigPlanChecks: before(updates(model)), ConfigStateChecks: []statecheck.StateCheck{
			s.compares("existence of version 1", func() any { return s.VersionExists(t, s.model, "1") }, true)}},
		resource.TestStep{Config: s.hcl(), ConfigStateChecks: []statecheck.StateCheck{
			s.compares("existence", func() any { return s.ModelExists(t, s.model) }, false)}},
	)
}

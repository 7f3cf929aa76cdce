package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const passed = `require_tags = { validation_status = "passed" }`

// adopt writes a block that adopts version 2 of the scenario's model.
func adopt(lines ...string) string {
	block := "resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  version = 2\n"
	for _, line := range lines {
		block += "  " + line + "\n"
	}
	return block + "}\n"
}

// A new version is judged by the tags that its own block declares; nothing is registered when they do not do.
func TestAccRequireTags_newVersion(t *testing.T) {
	s := newScenario(t)
	s.settings = "  " + passed
	block := func(tags string) string {
		return s.hcl(declaredModel, version("v1", source(1), stage("Production"), tags))
	}
	s.run(
		resource.TestStep{Config: block(""), ExpectError: says(`may not enter Production: it has no tag "validation_status", and "passed" is required. Nothing was touched.`)},
		resource.TestStep{Config: block(`tags = { validation_status = "failed" }`),
			ExpectError: says(`its tag "validation_status" is "failed", and "passed" is required`)},
		resource.TestStep{ // Known only after apply: the plan lets it pass, the apply does not, and registers nothing.
			Config: block("tags = { validation_status = terraform_data.verdict.output }") +
				"resource \"terraform_data\" \"verdict\" { input = \"failed\" }\n",
			ExpectError: says(`A new version of model`),
		},
		resource.TestStep{Config: block(`tags = { validation_status = "passed" }`), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")}},
		resource.TestStep{ // It holds the stage: the gate is behind it.
			Config:            block(""),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), s.versionTags("1", map[string]string{})},
		},
		resource.TestStep{ // The provider's gate is about Production.
			Config:            s.hcl(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Staging"))),
			ConfigStateChecks: []statecheck.StateCheck{s.sees("1", "Production", "2", "Staging")},
		},
	)
}

// A pointer asks for the tags of the version that it is to point at: those of the provider and its own.
func TestAccRequireTags_pointer(t *testing.T) {
	for _, handover := range []string{"atomic", "sequential"} {
		t.Run(handover, func(t *testing.T) {
			s := newScenario(t)
			s.settings = fmt.Sprintf("  handover = %q\n  require_tags = { validation_status = \"passed\", bias = \"checked\" }", handover)
			s.pipeline(2)
			own := `require_tags = { bias = "waived", reviewer = "ann" }`
			s.run(
				resource.TestStep{Config: s.hcl(pointAt("1", own)), ExpectError: says(`it has no tag "bias", and "waived" is required; ` +
					`it has no tag "reviewer", and "ann" is required; it has no tag "validation_status", and "passed" is required`)},
				resource.TestStep{
					PreConfig: func() {
						for key, value := range map[string]string{"bias": "waived", "reviewer": "ann", "validation_status": "passed"} {
							s.SetVersionTag(t, s.model, "1", key, value)
						}
						s.SetVersionTag(t, s.model, "2", "validation_status", "passed")
					},
					Config: s.hcl(pointAt("1", own)), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
				},
				resource.TestStep{Config: s.hcl(pointAt("2", own)), ExpectError: says(`Version 2 of model "` + s.model + `" may not enter Production`)},
				resource.TestStep{ // Without its own, the provider's are left. The tag has another value.
					PreConfig: func() { s.SetVersionTag(t, s.model, "2", "bias", "found") },
					Config:    s.hcl(pointAt("2")), ExpectError: says(`its tag "bias" is "found", and "checked" is required`),
				},
				resource.TestStep{
					PreConfig:         func() { s.SetVersionTag(t, s.model, "2", "bias", "checked") },
					Config:            s.hcl(pointAt("2")),
					ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), s.sees("1", "Archived")},
				},
				resource.TestStep{ // The rollback is a promotion: the verdict was withdrawn meanwhile.
					PreConfig:   func() { s.SetVersionTag(t, s.model, "1", "validation_status", "withdrawn") },
					Config:      s.hcl(pointAt("1", own)),
					ExpectError: says(`its tag "validation_status" is "withdrawn", and "passed" is required`),
				},
				resource.TestStep{ // Whoever holds the stage is left alone, in a plan and in a destroy.
					PreConfig:         func() { s.DeleteVersionTag(t, s.model, "2", "validation_status") },
					Config:            s.hcl(pointAt("2")),
					ConfigPlanChecks:  before(keeps(pointer)),
					ConfigStateChecks: []statecheck.StateCheck{s.holds("2")},
				},
			)
			if got := s.Holders(t, s.model, "Production"); len(got) != 0 {
				t.Errorf("the destroyed pointer leaves %v in Production", got)
			}
		})
	}
}

// A version resource asks for the tags it will have: those found, with what its own block sets and removes.
func TestAccRequireTags_version(t *testing.T) {
	s := newScenario(t)
	s.pipeline(2)
	s.run(
		resource.TestStep{Config: s.hcl(adopt(passed, stage("Staging"))), ExpectError: says(`may not enter Staging: it has no tag`)},
		resource.TestStep{Config: s.hcl(adopt(passed, `tags = { validation_status = "passed" }`, stage("Staging"))),
			ConfigStateChecks: []statecheck.StateCheck{s.sees("2", "Staging")}},
		resource.TestStep{ // The tag goes with this very change.
			Config: s.hcl(adopt(passed, stage("Production"))), ExpectError: says(`it has no tag "validation_status"`)},
		resource.TestStep{Config: s.hcl(adopt(passed, `tags = { validation_status = "open" }`, stage("Production"))),
			ExpectError: says(`its tag "validation_status" is "open", and "passed" is required`)},
		resource.TestStep{Config: s.hcl(adopt(passed, `tags = { other = "x" }`, stage("Archived")))}, // Leaving needs no tag.
		resource.TestStep{
			PreConfig:         func() { s.SetVersionTag(t, s.model, "2", "validation_status", "passed") },
			Config:            s.hcl(adopt(passed, `tags = { other = "x" }`, stage("Production"))),
			ConfigPlanChecks:  before(updates(v2)),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("2")},
		},
	)
}

// The apply asks again, before it touches anything.
func TestAccRequireTags_withdrawnBetweenPlanAndApply(t *testing.T) {
	for _, handover := range []string{"atomic", "sequential"} {
		t.Run(handover, func(t *testing.T) {
			w := newWorkspace(t)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.settings = fmt.Sprintf("  handover = %q\n  %s", handover, passed)
			w.pipeline(2)
			w.Transition(t, w.model, "1", "Production", false)
			w.SetVersionTag(t, w.model, "2", "validation_status", "passed")
			w.config(takeOver("Staging"))
			w.MustApply()
			w.config(takeOver("Production"))
			plan := w.Plan()
			w.SetVersionTag(t, w.model, "2", "validation_status", "withdrawn")
			proxy.Reset()
			refused := w.Apply(plan.PlanFile)
			if refused.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", refused.Output)
			}
			wantText(t, refused.Output, `its tag "validation_status" is "withdrawn", and "passed" is required. Nothing was touched.`)
			if moved := proxy.Count(acctest.Calls("model-versions/transition-stage")); moved != 0 {
				t.Errorf("%d transitions were sent", moved)
			}
			w.wantStages("1", "Production", "2", "Staging")
		})
	}
}

func TestAccRequireTags_badInput(t *testing.T) {
	for name, test := range map[string]struct{ settings, block, attribute, message string }{
		"null":         {"", pointAt("1", `require_tags = { a = null }`), "require_tags", "Null"},
		"key":          {"", pointAt("1", `require_tags = { "a@b" = "c" }`), "require_tags", "letters, digits"},
		"providersKey": {`require_tags = { "" = "c" }`, pointAt("1"), "require_tags", "must not be empty"},
		"reservedSign": {"", pointAt("1", `promotion_tags = { "mlflow.user" = "me" }`), "promotion_tags", "such tags are MLflow's own"},
		"ownSign":      {"", pointAt("1", `promotion_tags = { "mlregistry.unfinished" = "me" }`), "promotion_tags", "the provider itself sets the tag"},
		"placeholder":  {"", pointAt("1", `promotion_tags = { a = "{comit}" }`), "promotion_tags", `the value of "a" has another word in braces than {stage}, {from}, {replaced}, {time}`},
		"providers":    {`promotion_tags = { a = "{when}" }`, pointAt("1"), "promotion_tags", `the value of "a" has another word in braces`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.settings = test.settings
			w.config(test.block)
			w.wantPlanError(test.attribute, test.message)
		})
	}
}

package provider_test

import (
	"fmt"
	"maps"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// versionTags checks the tags of a version, without the lease: the provider takes it off when its process ends, and this one runs the tests.
func (s *scenario) versionTags(number string, want map[string]string) statecheck.StateCheck {
	return s.compares("tags of version "+number, func() any {
		tags := s.VersionTags(s.t, s.model, number)
		maps.DeleteFunc(tags, func(key, _ string) bool { return handover.IsOwnTag(key) })
		return tags
	}, want)
}

func (s *scenario) versionDescription(number, want string) statecheck.StateCheck {
	return s.compares("description of version "+number, func() any { return s.VersionDescription(s.t, s.model, number) }, want)
}

func (s *scenario) versionExists(number string, want bool) statecheck.StateCheck {
	return s.compares("existence of version "+number, func() any { return s.VersionExists(s.t, s.model, number) }, want)
}

func TestAccModelVersion_life(t *testing.T) {
	s := newScenario(t)
	rfc3339 := regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	s.run(
		resource.TestStep{ // Minimal: registered, the stage left alone.
			Config: s.hcl(declaredModel, version("v1", source(1))),
			ConfigPlanChecks: before(creates(v1), planHas(v1, "on_destroy", "archive"),
				plancheck.ExpectKnownValue(v1, tfjsonpath.New("stage"), knownvalue.Null()), plancheck.ExpectUnknownValue(v1, tfjsonpath.New("version")), archives(v1)),
			ConfigStateChecks: []statecheck.StateCheck{
				stateHas(v1, "version", "1"), stateHas(v1, "status", "READY"), stateNull(v1, "stage"),
				stateNull(v1, "run_id"), stateNull(v1, "description"), stateNull(v1, "tags"), stateNull(v1, "user_id"),
				statecheck.ExpectKnownValue(v1, tfjsonpath.New("creation_time"), knownvalue.StringRegexp(rfc3339)),
				statecheck.ExpectKnownValue(v1, tfjsonpath.New("archived_versions"), texts()),
				statecheck.ExpectKnownValue(v1, tfjsonpath.New("stage_conflicts"), texts()),
				s.sees("1", "None"), s.compares("source", func() any { return s.VersionSource(t, s.model, "1") }, "s3://models/fraud/1"),
			},
		},
		resource.TestStep{ // Described and moved, in place.
			Config: s.hcl(declaredModel, version("v1", source(1), stage("staging"), `description = "first try"`,
				`tags = { run = "nightly", who = "ci" }`)),
			ConfigPlanChecks: before(updates(v1), changesOnly{v1, []string{"stage", "from_stage", "description", "tags"}},
				planHas(v1, "from_stage", "None")),
			ConfigStateChecks: []statecheck.StateCheck{
				stateHas(v1, "stage", "staging"), s.sees("1", "Staging"), s.versionDescription("1", "first try"),
				s.versionTags("1", map[string]string{"run": "nightly", "who": "ci"}),
			},
		},
		resource.TestStep{ // Another letter case is no change.
			Config: s.hcl(declaredModel, version("v1", source(1), stage("STAGING"), `description = "first try"`,
				`tags = { run = "nightly", who = "ci" }`)),
			ConfigPlanChecks: before(keeps(v1)),
		},
		resource.TestStep{ // Fields removed: cleared; another's tag stays, and the version stays in its stage, which the state no longer shows.
			PreConfig:        func() { s.SetVersionTag(t, s.model, "1", "validation_status", "passed") },
			Config:           s.hcl(declaredModel, version("v1", source(1))),
			ConfigPlanChecks: before(updates(v1), changesOnly{v1, []string{"stage", "description", "tags"}}),
			ConfigStateChecks: []statecheck.StateCheck{
				stateNull(v1, "stage"), s.sees("1", "Staging"), s.versionDescription("1", ""),
				s.versionTags("1", map[string]string{"validation_status": "passed"}),
			},
		},
		resource.TestStep{ // Not managed: moved by hand, and neither a diff nor in the state.
			PreConfig:         func() { s.Transition(t, s.model, "1", "Production", false) },
			Config:            s.hcl(declaredModel, version("v1", source(1))),
			ConfigPlanChecks:  before(keeps(v1)),
			ConfigStateChecks: []statecheck.StateCheck{stateNull(v1, "stage"), s.holds("1")},
		},
		resource.TestStep{ // Managed where it is: nothing moves, and the plan says where it comes from.
			Config: s.hcl(declaredModel, version("v1", source(1), stage("Production"))),
			ConfigPlanChecks: before(updates(v1), changesOnly{v1, []string{"stage", "from_stage"}}, planHas(v1, "from_stage", "Production"),
				archives(v1)),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(v1, "stage", "Production"), s.holds("1")},
		},
	)
}

func TestAccModelVersion_allAttributesAndImport(t *testing.T) {
	s := newScenario(t)
	run := s.RunID(t)
	config := s.hcl(declaredModel, version("v1",
		source(1), fmt.Sprintf("run_id = %q", run), `run_link = "https://mlflow.example.com/#/runs/1"`,
		`description = "all of it"`, `tags = { a = "b" }`, stage("Production"), `archive_existing_versions = true`,
		`on_destroy = "retain"`, `timeouts = { create = "2m", update = "2m", delete = "1m" }`))
	s.run(
		resource.TestStep{
			Config: config, ConfigPlanChecks: before(creates(v1)),
			ConfigStateChecks: []statecheck.StateCheck{
				stateHas(v1, "run_id", run), stateHas(v1, "run_link", "https://mlflow.example.com/#/runs/1"),
				s.holds("1"), s.versionDescription("1", "all of it"),
			},
		},
		resource.TestStep{
			ResourceName: v1, ImportState: true, ImportStateId: s.model + "/1", ImportStateVerify: true,
			ImportStateVerifyIdentifierAttribute: "version",
			ImportStateVerifyIgnore:              []string{"on_destroy", "timeouts"}, // Not in the registry.
		},
		resource.TestStep{ResourceName: v1, ImportState: true, ImportStateId: s.model + "/9", ExpectError: says("The registry has no version 9")},
		resource.TestStep{ResourceName: v1, ImportState: true, ImportStateId: s.model, ExpectError: says("is not of the form MODEL/VERSION")},
		resource.TestStep{ResourceName: v1, ImportState: true, ImportStateId: s.model + "/x", ExpectError: says(`"x" is not a version number`)},
	)
}

// TestAccModelVersion_importBlock takes versions over that a pipeline registered: the first plan changes nothing.
func TestAccModelVersion_importBlock(t *testing.T) {
	s := newScenario(t)
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/fraud/1")
	s.CreateVersion(t, s.model, "s3://models/fraud/2")
	s.Transition(t, s.model, "1", "Production", false)
	s.SetVersionTag(t, s.model, "1", "a", "b")
	bySource := `resource "mlregistry_model_version" "v1" {
  model_name = "MODEL"
  source     = "s3://models/fraud/1"
  stage      = "production"
  tags       = { a = "b" }
}
`
	byNumber := `resource "mlregistry_model_version" "v2" {
  model_name = "MODEL"
  version    = 2
}
`
	imports := `import {
  to = mlregistry_model_version.v1
  id = "MODEL/1"
}
import {
  to = mlregistry_model_version.v2
  id = "MODEL/2"
}
`
	s.run(
		resource.TestStep{
			Config: s.hcl(bySource, byNumber, imports), ConfigPlanChecks: before(keeps(v1), keeps(v2)),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(v1, "stage", "Production"), stateHas(v2, "source", "s3://models/fraud/2")},
		},
		resource.TestStep{ // An imported version is retained unless the configuration says otherwise.
			Config: s.hcl(byNumber), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
		},
	)
	if !s.VersionExists(t, s.model, "2") {
		t.Error("destroying an imported version deleted it")
	}
}

func TestAccModelVersion_drift(t *testing.T) {
	s := newScenario(t)
	config := s.hcl(declaredModel, version("v1", source(1), stage("Production"), `description = "declared"`, `tags = { a = "1", b = "2" }`))
	declared := []statecheck.StateCheck{
		s.holds("1"), s.versionDescription("1", "declared"), s.versionTags("1", map[string]string{"a": "1", "b": "2"}),
	}
	step := func(change func(), attribute string, found knownvalue.Check) resource.TestStep {
		return resource.TestStep{
			PreConfig: change, Config: config, ConfigStateChecks: declared,
			ConfigPlanChecks: before(updates(v1), changedOutside{v1, attribute, found}, changesOnly{v1, []string{attribute}}),
		}
	}
	tags := func(pairs ...string) knownvalue.Check {
		want := make(map[string]knownvalue.Check)
		for index := 0; index < len(pairs); index += 2 {
			want[pairs[index]] = knownvalue.StringExact(pairs[index+1])
		}
		return knownvalue.MapExact(want)
	}
	s.run(
		resource.TestStep{Config: config, ConfigStateChecks: declared},
		step(func() { s.Transition(t, s.model, "1", "Staging", false) }, "stage", knownvalue.StringExact("Staging")),
		step(func() { s.Transition(t, s.model, "1", "None", false) }, "stage", knownvalue.StringExact("None")),
		step(func() { s.DescribeVersion(t, s.model, "1", "by hand") }, "description", knownvalue.StringExact("by hand")),
		step(func() { s.SetVersionTag(t, s.model, "1", "a", "x") }, "tags", tags("a", "x", "b", "2")),
		step(func() { s.DeleteVersionTag(t, s.model, "1", "b") }, "tags", tags("a", "1")),
		resource.TestStep{ // A second Production made by hand is a diff, and is put right.
			PreConfig: func() {
				s.CreateVersion(t, s.model, "s3://models/fraud/2")
				s.Transition(t, s.model, "2", "Production", false)
			},
			Config: config,
			ConfigPlanChecks: before(updates(v1), changedOutside{v1, "stage_conflicts", texts("2")},
				changesOnly{v1, []string{"stage_conflicts", "archived_versions"}}, archives(v1, "2")),
			ConfigStateChecks: append(declared, s.sees("2", "Archived")),
		},
		resource.TestStep{ // The same once more: archived_versions says the same again, and the diff is still there.
			PreConfig:         func() { s.Transition(t, s.model, "2", "Production", false) },
			Config:            config,
			ConfigPlanChecks:  before(updates(v1), changesOnly{v1, []string{"stage_conflicts"}}, archives(v1, "2")),
			ConfigStateChecks: append(declared, s.sees("2", "Archived")),
		},
	)
}

func TestAccModelVersion_disappeared(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	config := s.hcl(declaredModel, version("v1", source(1), stage("Production")))
	s.run(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { s.DeleteVersion(t, s.model, "1") }, Config: config, ConfigPlanChecks: before(creates(v1)),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(v1, "version", "2"), s.holds("2")},
		},
		resource.TestStep{ // The model with all its versions.
			PreConfig: func() { s.DeleteModel(t, s.model) }, Config: config, ConfigPlanChecks: before(creates(model), creates(v1)),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(v1, "version", "1"), s.holds("1")},
		},
	)
}

func TestAccModelVersion_adopt(t *testing.T) {
	s := newScenario(t)
	s.CreateModel(t, s.model)
	for _, source := range []string{"s3://pipeline/1", "s3://pipeline/2"} {
		s.CreateVersion(t, s.model, source)
	}
	s.DescribeVersion(t, s.model, "1", "the pipeline's words")
	adopted := func(lines ...string) string {
		block := "resource \"mlregistry_model_version\" \"v1\" {\n  model_name = \"MODEL\"\n"
		for _, line := range lines {
			block += "  " + line + "\n"
		}
		return s.hcl(block + "}\n")
	}
	s.run(
		resource.TestStep{ // By a number; what is known already is in the plan.
			Config: adopted("version = 1", stage("Production")),
			ConfigPlanChecks: before(creates(v1), planHas(v1, "version", "1"), planHas(v1, "source", "s3://pipeline/1"),
				planHas(v1, "on_destroy", "retain"), archives(v1)),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), s.versionDescription("1", "the pipeline's words")},
		},
		resource.TestStep{ // By text: the same.
			Config: adopted(`version = "1"`, stage("Production")), ConfigPlanChecks: before(keeps(v1)),
		},
		resource.TestStep{ // Another number adopts another version; the old one is retained until the new one takes over.
			Config:           adopted("version = 2", stage("Production"), `tags = { seen = "yes" }`),
			ConfigPlanChecks: before(plancheck.ExpectResourceAction(v1, plancheck.ResourceActionDestroyBeforeCreate), archives(v1, "1")),
			ConfigStateChecks: []statecheck.StateCheck{
				s.holds("2"), s.sees("1", "Archived"), s.versionTags("2", map[string]string{"seen": "yes"}),
			},
		},
		resource.TestStep{Config: s.hcl(), ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), s.versionExists("1", true)}},
	)
}

func TestAccModelVersion_onDestroy(t *testing.T) {
	s := newScenario(t)
	s.run(
		resource.TestStep{Config: s.hcl(declaredModel,
			version("archived", source(1), stage("Production")),
			version("retained", source(2), stage("Staging"), `on_destroy = "retain"`),
			version("deleted", source(3), `on_destroy = "delete"`, "depends_on = [mlregistry_model_version.retained]"))},
		resource.TestStep{ // Falls back to the default when it is removed.
			Config: s.hcl(declaredModel,
				version("archived", source(1), stage("Production"), `on_destroy = "retain"`),
				version("retained", source(2), stage("Staging"), `on_destroy = "retain"`),
				version("deleted", source(3), `on_destroy = "delete"`, "depends_on = [mlregistry_model_version.retained]")),
			ConfigPlanChecks: before(changesOnly{"mlregistry_model_version.archived", []string{"on_destroy"}}),
		},
		resource.TestStep{
			Config: s.hcl(declaredModel,
				version("archived", source(1), stage("Production")),
				version("retained", source(2), stage("Staging"), `on_destroy = "retain"`),
				version("deleted", source(3), `on_destroy = "delete"`, "depends_on = [mlregistry_model_version.retained]")),
			ConfigPlanChecks: before(planHas("mlregistry_model_version.archived", "on_destroy", "archive")),
		},
		resource.TestStep{
			Config: s.hcl(declaredModel),
			ConfigStateChecks: []statecheck.StateCheck{look(func() error {
				stages := map[string]string{}
				for _, number := range s.Versions(t, s.model) {
					stages[s.VersionSource(t, s.model, number)] = s.Stage(t, s.model, number)
				}
				return s.compares("what is left", func() any { return stages }, map[string]string{
					"s3://models/fraud/1": "Archived", "s3://models/fraud/2": "Staging",
				}).(look)()
			})},
		},
	)
}

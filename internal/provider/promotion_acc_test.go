package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// The ways a configuration can say that v2 takes over Production from v1, which holds it.
func TestAccPromotion(t *testing.T) {
	first := version("v1", source(1), stage("Production"))
	second := version("v2", source(2), stage("Production"))
	for name, after := range map[string]string{
		"oldStageRemoved": version("v1", source(1)) + second,
		"oldArchived":     version("v1", source(1), stage("Archived")) + second,
		"oldBlockDeleted": second,
		"oldToStaging":    version("v1", source(1), stage("Staging")) + second,
	} {
		for _, handover := range []string{"atomic", "sequential"} {
			t.Run(name+"_"+handover, func(t *testing.T) {
				s := newScenario(t)
				s.settings = fmt.Sprintf("  handover = %q", handover)
				old := map[bool]string{true: "Staging", false: "Archived"}[name == "oldToStaging"]
				s.run(
					resource.TestStep{
						Config: s.hcl(declaredModel, first), ConfigPlanChecks: before(archives(v1)),
						ConfigStateChecks: []statecheck.StateCheck{s.holds("1")},
					},
					resource.TestStep{ // The reviewer reads who leaves and who enters.
						Config: s.hcl(declaredModel, after), ConfigPlanChecks: before(creates(v2), planHas(v2, "stage", "Production"), archives(v2, "1")),
						ConfigStateChecks: []statecheck.StateCheck{
							s.holds("2"), s.sees("1", old),
							statecheck.ExpectKnownValue(v2, tfjsonpath.New("archived_versions"), texts("1")),
						},
					},
				)
			})
		}
	}
}

// A version in the state already is promoted: one line of the plan changes, and one list says who leaves.
func TestAccPromotion_existingVersionAndRollback(t *testing.T) {
	s := newScenario(t)
	config := func(stage1, stage2 string) string {
		return s.hcl(declaredModel, version("v1", source(1), stage(stage1)), version("v2", source(2), stage(stage2), "depends_on = [mlregistry_model_version.v1]"))
	}
	s.run(
		resource.TestStep{Config: config("Production", "Staging"), ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), s.sees("2", "Staging")}},
		resource.TestStep{
			Config: config("Archived", "Production"),
			ConfigPlanChecks: before(updates(v1), updates(v2), archives(v2, "1"),
				changesOnly{v1, []string{"stage"}}, changesOnly{v2, []string{"stage", "archived_versions"}}),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), s.sees("1", "Archived")},
		},
		resource.TestStep{ // The commit reverted.
			Config: config("Production", "Archived"),
			ConfigPlanChecks: before(archives(v1, "2"), changesOnly{v1, []string{"stage", "archived_versions"}},
				changesOnly{v2, []string{"stage", "archived_versions"}}, archives(v2)),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), s.sees("2", "Archived")},
		},
		resource.TestStep{ // Two versions change places.
			Config:            config("Production", "Staging"),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), s.sees("2", "Staging")},
		},
		resource.TestStep{
			Config:            config("Staging", "Production"),
			ConfigPlanChecks:  before(archives(v1, "2"), archives(v2, "1")),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), s.sees("1", "Staging")},
		},
	)
}

func TestAccPromotion_oldUnmanaged(t *testing.T) {
	acctest.NeedsNativeStages(t)
	s := newScenario(t)
	s.CreateModel(t, s.model)
	for number := range 3 {
		s.CreateVersion(t, s.model, fmt.Sprintf("s3://pipeline/%d", number+1))
	}
	s.Transition(t, s.model, "1", "Production", false)
	s.Transition(t, s.model, "3", "Production", false)
	s.run(resource.TestStep{
		Config: s.hcl(`resource "mlregistry_model_version" "v2" {
  model_name = "MODEL"
  version    = 2
  stage      = "Production"
}`),
		ConfigPlanChecks:  before(creates(v2), archives(v2, "1", "3")), // All holders, not only the newest.
		ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), s.sees("1", "Archived", "3", "Archived")},
	})
}

func TestAccPromotion_sharedStage(t *testing.T) {
	acctest.NeedsNativeStages(t)
	s := newScenario(t)
	shared := "archive_existing_versions = false"
	s.run(
		resource.TestStep{Config: s.hcl(declaredModel, version("v1", source(1), stage("Production"), shared),
			version("v2", source(2), stage("Production"), shared)),
			ConfigPlanChecks:  before(archives(v1), archives(v2)),
			ConfigStateChecks: []statecheck.StateCheck{s.holds("1", "2")}},
		resource.TestStep{ // Made exclusive again, the other one is named and goes.
			Config: s.hcl(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2), shared)),
			ConfigStateChecks: []statecheck.StateCheck{look(func() error {
				if holders := s.Holders(t, s.model, "Production"); len(holders) != 1 {
					return fmt.Errorf("holders: %v", holders)
				}
				return nil
			})}},
	)
}

func TestAccPromotion_changedSource(t *testing.T) {
	for name, test := range map[string]struct {
		lifecycle string
		action    plancheck.ResourceActionType
	}{
		"createBeforeDestroy": {"lifecycle { create_before_destroy = true }", plancheck.ResourceActionCreateBeforeDestroy},
		"destroyBeforeCreate": {"", plancheck.ResourceActionDestroyBeforeCreate},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t)
			config := func(number int) string {
				return s.hcl(declaredModel, version("v1", source(number), stage("Production"), test.lifecycle))
			}
			var watcher *watch
			s.run(
				resource.TestStep{Config: config(1), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")}},
				resource.TestStep{
					PreConfig: func() { watcher = s.watchProduction() },
					Config:    config(2),
					ConfigPlanChecks: before(plancheck.ExpectResourceAction(v1, test.action), archives(v1, "1"),
						plancheck.ExpectUnknownValue(v1, tfjsonpath.New("version"))),
					ConfigStateChecks: []statecheck.StateCheck{
						stateHas(v1, "version", "2"), s.holds("2"), s.sees("1", "Archived"),
						look(func() error { return watcher.stop(map[string]int{"createBeforeDestroy": 1}[name], 1) }),
					},
				},
			)
		})
	}
}

func TestAccPromotion_requireStaging(t *testing.T) {
	s := newScenario(t)
	s.settings = "  require_staging = true"
	config := func(name string) string { return s.hcl(declaredModel, version("v1", source(1), stage(name))) }
	s.run(
		resource.TestStep{Config: config("Production"), ExpectError: says("Moving a new version of model")},
		resource.TestStep{Config: config("None")},
		resource.TestStep{Config: config("Production"), ExpectError: says("Moving version 1 of model")},
		resource.TestStep{Config: config("Staging"), ConfigStateChecks: []statecheck.StateCheck{s.sees("1", "Staging")}},
		resource.TestStep{Config: config("Production"), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")}},
		resource.TestStep{Config: config("Archived"), ConfigStateChecks: []statecheck.StateCheck{s.holds()}},
		resource.TestStep{Config: config("Production"), ConfigStateChecks: []statecheck.StateCheck{s.holds("1")}}, // A rollback.
	)
}

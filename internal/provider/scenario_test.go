package provider_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
)

const (
	model = "mlregistry_registered_model.m"
	v1    = "mlregistry_model_version.v1"
	v2    = "mlregistry_model_version.v2"
)

// declaredModel is the block that most scenarios start from. Their model may go with its versions at the end.
const declaredModel = `
resource "mlregistry_registered_model" "m" {
  name          = "MODEL"
  force_destroy = true
}
`

// scenario is one test against a registry of its own, or a model of its own on a shared one.
type scenario struct {
	*acctest.Registry
	t     *testing.T
	model string
	// settings are further lines of the provider block.
	settings string
	// bare leaves the address out of the provider block: it comes from the environment.
	bare bool
	// otherAccess says that the settings name the user and the workspace.
	otherAccess bool
	// atOnce plans again right after an apply, also where reads lag behind.
	atOnce bool
}

func newScenario(t *testing.T) *scenario {
	t.Helper()
	t.Parallel()
	registry := acctest.NewRegistry(t)
	return &scenario{Registry: registry, t: t, model: registry.UniqueName(t, "fraud")}
}

// hcl returns a whole configuration: the provider block, and the blocks with MODEL replaced.
func (s *scenario) hcl(blocks ...string) string {
	address := fmt.Sprintf("  tracking_uri = %q\n", s.URI)
	if s.bare {
		address = ""
	}
	return "provider \"mlregistry\" {\n" + address + s.access() + s.settings + "\n}\n" +
		strings.ReplaceAll(strings.Join(blocks, "\n"), "MODEL", s.model)
}

// access returns the lines of the provider block that name the user and the workspace, where the server has them.
func (s *scenario) access() string {
	lines := ""
	if acctest.StagesAreAliases() && !strings.Contains(s.settings, "stages = {") {
		lines += "  stages = { kept_as = \"aliases\" }\n"
	}
	if s.User.Username != "" && !s.otherAccess {
		lines += fmt.Sprintf("  username = %q\n  password = %q\n", s.User.Username, s.User.Password)
	}
	if s.Registry.Workspace != "" && !s.otherAccess {
		lines += fmt.Sprintf("  workspace = %q\n", s.Registry.Workspace)
	}
	return lines
}

// run runs the steps with the provider in this process. After each step the framework plans twice more, and fails
// unless both plans are empty; nor may the second one find anything in the registry that the state after the apply does not say.
func (s *scenario) run(steps ...resource.TestStep) {
	s.t.Helper()
	for index := range steps {
		if steps[index].Config == "" {
			continue
		}
		checks := &steps[index].ConfigPlanChecks.PostApplyPostRefresh
		*checks = append(slices.Clone(*checks), noDrift{})
		// The framework makes these checks right after the apply, before it plans again.
		if !s.atOnce {
			shown := look(acctest.AwaitServer)
			steps[index].ConfigStateChecks = append([]statecheck.StateCheck{shown}, steps[index].ConfigStateChecks...)
		}
	}
	resource.Test(s.t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"mlregistry": func() (tfprotov6.ProviderServer, error) {
				return provider.Lean(providerserver.NewProtocol6(provider.New("test")())(), false), nil
			},
		},
		Steps: steps,
	})
}

// version writes a model version block of the declared model with the given further lines.
func version(name string, lines ...string) string {
	return fmt.Sprintf("resource \"mlregistry_model_version\" %q {\n  model_name = mlregistry_registered_model.m.name\n  %s\n}\n",
		name, strings.Join(lines, "\n  "))
}

func source(number int) string { return fmt.Sprintf("source = \"s3://models/fraud/%d\"", number) }

func stage(name string) string { return fmt.Sprintf("stage = %q", name) }

// look is a state check that looks at the registry by plain HTTP instead of at the state.
type look func() error

func (l look) CheckState(_ context.Context, _ statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	resp.Error = l()
}

// sees checks the stage of versions in the registry: pairs of a number and a stage.
func (s *scenario) sees(pairs ...string) statecheck.StateCheck {
	return look(func() error {
		for index := 0; index < len(pairs); index += 2 {
			if got := s.Stage(s.t, s.model, pairs[index]); got != pairs[index+1] {
				return fmt.Errorf("version %s is in %s, want %s", pairs[index], got, pairs[index+1])
			}
		}
		return nil
	})
}

// holds checks who holds Production in the registry.
func (s *scenario) holds(want ...string) statecheck.StateCheck {
	return s.compares("the holders of Production", func() any { return s.Holders(s.t, s.model, "Production") }, want)
}

// compares checks something that is seen in the registry.
func (s *scenario) compares(what string, got func() any, want any) statecheck.StateCheck {
	return look(func() error {
		if found := fmt.Sprintf("%q", got()); found != fmt.Sprintf("%q", want) {
			return fmt.Errorf("%s: the registry has %s, want %q", what, found, want)
		}
		return nil
	})
}

// noDrift checks that a plan has found nothing that differs from the state: what Terraform would call changes made outside of it.
type noDrift struct{}

func (noDrift) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, drifted := range req.Plan.ResourceDrift {
		resp.Error = errors.Join(resp.Error, fmt.Errorf("%s is in the state as %v, and was read as %v", drifted.Address, drifted.Change.Before, drifted.Change.After))
	}
}

func texts(values ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, 0, len(values))
	for _, value := range values {
		checks = append(checks, knownvalue.StringExact(value))
	}
	return knownvalue.ListExact(checks)
}

// stateHas checks a text attribute of the state.
func stateHas(address, attribute, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.StringExact(want))
}

func stateNull(address, attribute string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.Null())
}

func planHas(address, attribute, want string) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.StringExact(want))
}

// archives checks what a plan says about who leaves the stage.
func archives(address string, versions ...string) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, tfjsonpath.New("archived_versions"), texts(versions...))
}

func creates(address string) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate)
}

func updates(address string) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)
}

func keeps(address string) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop)
}

func before(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

// says matches a message that Terraform may have wrapped anywhere.
func says(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for index, word := range words {
		words[index] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(`(?s)` + strings.Join(words, `[\s│]+`))
}

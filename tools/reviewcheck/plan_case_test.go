//go:build policies

package reviewcheck

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// planCase is one change that a team might propose, and what was there before.
type planCase struct {
	// name of the plan in the data that the Rego tests see.
	name string
	// registered is how many versions a pipeline has registered of the model fraud; 0 leaves the model to the configuration.
	registered int
	// staging lists versions of the pipeline that are in Staging before anything is applied.
	staging []string
	// before are configurations that are applied one after the other.
	before []string
	// outside is what somebody does behind Terraform's back afterwards.
	outside func(*testing.T, *acctest.Registry)
	// after is the configuration of which the plan is made.
	after string
}

// plan runs a case on an embedded registry, and returns its plan as terraform show -json writes it.
func (c planCase) plan(t *testing.T) map[string]any {
	t.Helper()
	reg := acctest.NewEmbeddedRegistry(t)
	w := acctest.NewWorkspace(t, "")
	if c.registered > 0 {
		reg.CreateModel(t, "fraud")
	}
	for number := range c.registered {
		reg.CreateVersion(t, "fraud", fmt.Sprintf("s3://models/fraud/%d", number+1))
		reg.SetVersionTag(t, "fraud", fmt.Sprint(number+1), "approved_by", "risk")
	}
	for _, version := range c.staging {
		reg.Transition(t, "fraud", version, "Staging", false)
	}
	for _, configuration := range c.before {
		w.Write("main.tf", header(reg)+configuration)
		w.MustApply()
	}
	if c.outside != nil {
		c.outside(t, reg)
	}
	w.Write("main.tf", header(reg)+c.after)
	plan := w.Plan()
	if plan.ExitCode == 1 {
		t.Fatalf("no plan:\n%s", plan.Output)
	}
	return w.ShowJSON(plan.PlanFile)
}

func header(reg *acctest.Registry) string {
	return fmt.Sprintf(acctest.Requirements+`
provider "mlregistry" {
  tracking_uri = %q
}
`, reg.URI)
}

// Pieces of configuration. A version depends on the one before, so that the numbers are theirs.

const model = `
resource "mlregistry_registered_model" "fraud" {
  name = "fraud"
}
`

// version declares version number of fraud, with the settings given one a line.
func version(number int, settings ...string) string {
	after := "mlregistry_registered_model.fraud"
	if number > 1 {
		after = fmt.Sprintf("mlregistry_model_version.v%d", number-1)
	}
	return fmt.Sprintf(`
resource "mlregistry_model_version" "v%[1]d" {
  model_name = "fraud"
  source     = "s3://models/fraud/%[1]d"
  depends_on = [%[2]s]
  %[3]s
}
`, number, after, strings.Join(settings, "\n  "))
}

const (
	inProduction = `stage = "Production"`
	inStaging    = `stage = "Staging"`
	archived     = `stage = "Archived"`
	approved     = `tags = { approved_by = "risk" }`
)

// adopted declares a version of the pipeline that is in Production.
func adopted(number int) string {
	return fmt.Sprintf(`
resource "mlregistry_model_version" "live" {
  model_name = "fraud"
  version    = %d
  stage      = "Production"
}
`, number)
}

// pointer declares that Production is held by a version of the pipeline.
func pointer(number int) string {
	return fmt.Sprintf(`
resource "mlregistry_model_stage" "production" {
  model_name = "fraud"
  stage      = "Production"
  version    = %d
}
`, number)
}

// alias declares that the alias champion is at a version of the pipeline.
func alias(number int) string {
	return fmt.Sprintf(`
resource "mlregistry_model_alias" "champion" {
  model_name = "fraud"
  alias      = "champion"
  version    = %d
}
`, number)
}

// shown puts a version of the pipeline into the plan, with its stage and its tags.
func shown(number int) string {
	return fmt.Sprintf(`
data "mlregistry_model_version" "entering" {
  model_name = "fraud"
  version    = %d
}
`, number)
}

// watched is a check of a stage that somebody else manages.
const watched = `
data "mlregistry_registered_model" "fraud" {
  name = "fraud"
}

check "candidate" {
  assert {
    condition     = length(data.mlregistry_registered_model.fraud.stages["Staging"]) == 1
    error_message = "Nobody is in Staging."
  }
}
`

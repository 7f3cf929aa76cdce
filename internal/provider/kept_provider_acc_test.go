package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// terraform test starts one provider for all runs of a file whose provider block is in the file (seen with Terraform 1.15). What an
// earlier run saw of the registry must not count in a later one: each promotes a version that is new to the state.
func TestAccTerraformTest_eachRunSeesTheRegistryAnew(t *testing.T) {
	w := newWorkspace(t)
	w.Write("main.tf", acctest.Requirements+`
variable "versions" {
  type = number
}

resource "mlregistry_registered_model" "m" {
  name          = "`+w.model+`"
  force_destroy = true
}

resource "mlregistry_model_version" "v" {
  count      = var.versions
  model_name = mlregistry_registered_model.m.name
  source     = "s3://models/fraud/${count.index + 1}"
  stage      = count.index + 1 == var.versions ? "Production" : null
}
`)
	var runs strings.Builder
	runs.WriteString(w.hcl()) // The provider block.
	for _, run := range []struct{ versions, leaves string }{{"1", ""}, {"2", "1"}, {"3", "2"}} {
		runs.WriteString(`
run "promote_` + run.versions + `" {
  variables {
    versions = ` + run.versions + `
  }

  assert {
    condition     = join(",", mlregistry_model_version.v[var.versions - 1].archived_versions) == "` + run.leaves + `"
    error_message = "Not ` + run.leaves + ` left Production."
  }
}
`)
	}
	w.Write("promotions.tftest.hcl", runs.String())
	if output := w.MustRun("test", "-no-color").Output; !strings.Contains(output, "3 passed, 0 failed") {
		t.Errorf("terraform test says:\n%s", output)
	}
}

// testedModule is a module with what a ledger knows: a model with tags, versions in stages, an alias, a tag of its own.
const testedModule = `
variable "name" {
  type    = string
  default = "MODEL"
}

variable "live" {
  type    = number
  default = 1
}

variable "marked" {
  type    = bool
  default = true
}

resource "mlregistry_registered_model" "m" {
  name = var.name
  tags = { live = var.live }
}

resource "mlregistry_model_version" "v" {
  count      = 2
  model_name = mlregistry_registered_model.m.name
  source     = "s3://models/fraud/${count.index + 1}"
  stage      = count.index + 1 == var.live ? "Production" : "Archived"
  on_destroy = "delete"
}

resource "mlregistry_model_alias" "champion" {
  count      = var.marked ? 1 : 0
  model_name = mlregistry_registered_model.m.name
  alias      = "champion"
  version    = mlregistry_model_version.v[var.live - 1].version
}

resource "mlregistry_registered_model_tag" "t" {
  count      = var.marked ? 1 : 0
  model_name = mlregistry_registered_model.m.name
  key        = "team"
  value      = "risk"
}
`

// testRun writes a run of terraform test.
func testRun(name string, live int, marked bool, lines string) string {
	return fmt.Sprintf("\nrun %q {\n  variables {\n    live = %d\n    marked = %t\n  }\n%s}\n", name, live, marked, lines)
}

// What one run has planned or applied is no second resource for the next: the apply plans the same creates again, plans come one after
// another, and what a run takes away is gone although an earlier one had it.
func TestAccTerraformTest_whatIsPlannedAgain(t *testing.T) {
	w := newWorkspace(t)
	w.Write("main.tf", acctest.Requirements+strings.ReplaceAll(testedModule, "MODEL", w.model)+`
data "mlregistry_registered_model" "m" {
  name       = var.name
  depends_on = [mlregistry_model_alias.champion, mlregistry_registered_model_tag.t]
}
`)
	const plan = "  command = plan\n"
	has := func(aliases, tags int) string {
		return fmt.Sprintf("  assert {\n    condition = length(data.mlregistry_registered_model.m.aliases) == %d && "+
			"length(data.mlregistry_registered_model.m.tags) == %d\n    error_message = jsonencode(data.mlregistry_registered_model.m)\n  }\n", aliases, tags)
	}
	w.Write("sequence.tftest.hcl", w.hcl()+testRun("planned", 1, true, plan)+testRun("planned_otherwise", 2, true, plan)+
		testRun("applied", 1, true, has(1, 2))+testRun("next", 2, true, plan)+testRun("moved", 2, true, has(1, 2))+
		testRun("kept_by_a_plan", 2, true, plan)+testRun("taken_away", 2, false, has(0, 1))+testRun("back", 1, true, has(1, 2)))
	if output := w.MustRun("test", "-no-color").Output; !strings.Contains(output, "8 passed, 0 failed") {
		t.Errorf("terraform test says:\n%s", output)
	}
	if w.ModelExists(t, w.model) {
		t.Error("the model is left behind")
	}
}

// Runs that are parallel do not take each other's resources for rivals, nor forget each other's observations.
func TestAccTerraformTest_parallel(t *testing.T) {
	acctest.NeedsCLI(t, acctest.ParallelRuns)
	w := newWorkspace(t)
	w.Write("main.tf", acctest.Requirements+strings.ReplaceAll(testedModule, "MODEL", w.model))
	run := func(name, lines string, live int) string {
		return testRun(name, live, true, fmt.Sprintf("  parallel = true\n  state_key = %q\n%s", name, lines))
	}
	const plan = "  command = plan\n"
	runs, count := run("one", plan, 1)+run("other", plan, 2)+run("third", plan, 1), 3
	for _, name := range []string{"a", "b", "c", "d"} { // About a model each; the second run of each promotes.
		named := fmt.Sprintf("live = %%d\n    name = %q", w.model+name)
		for live := 1; live <= 2; live++ {
			block := run(fmt.Sprintf("%s%d", name, live), "", live)
			block = strings.Replace(block, fmt.Sprintf("state_key = %q", fmt.Sprintf("%s%d", name, live)), fmt.Sprintf("state_key = %q", name), 1)
			runs += strings.Replace(block, fmt.Sprintf("live = %d", live), fmt.Sprintf(named, live), 1)
			count++
		}
	}
	w.Write("parallel.tftest.hcl", w.hcl()+runs)
	if output := w.MustRun("test", "-no-color").Output; !strings.Contains(output, fmt.Sprintf("%d passed, 0 failed", count)) {
		t.Errorf("terraform test says:\n%s", output)
	}
}

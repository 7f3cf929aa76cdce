package provider_test

import (
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

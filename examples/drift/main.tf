# Version 7 serves. A nightly `terraform plan -detailed-exitcode` exits with 2 when somebody has moved Production, by promoting
# another version or by taking version 7 out of it.

terraform {
  required_providers {
    mlregistry = {
      source = "registry.terraform.io/mlregistry/mlregistry"
    }
  }
}

provider "mlregistry" {
  tracking_uri = "http://127.0.0.1:5000"
}

resource "mlregistry_model_stage" "production" {
  model_name = "fraud"
  stage      = "Production"
  version    = 7
}

# Who holds which stage, whoever moved it there.
data "mlregistry_registered_model" "fraud" {
  name = "fraud"
}

# A pipeline moves candidates to Staging; this only asks that there is one. A check that fails is a warning and leaves the exit
# code as it is: the nightly run looks for failed checks in the plan.
check "staging_has_a_candidate" {
  assert {
    condition     = length(data.mlregistry_registered_model.fraud.stages["Staging"]) == 1
    error_message = "In Staging of fraud: ${jsonencode(data.mlregistry_registered_model.fraud.stages["Staging"])}"
  }
}

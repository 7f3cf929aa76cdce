# One number says which version serves. Services that still load models:/fraud/Production and services that already load
# models:/fraud@champion get the same version: both follow the same commit.

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

variable "live_version" {
  description = "Number of the version that serves users."
  type        = number
  default     = 8
}

resource "mlregistry_model_stage" "production" {
  model_name = "fraud"
  stage      = "Production"
  version    = var.live_version
}

# The alias moves only after the handover of the stage has succeeded.
resource "mlregistry_model_alias" "champion" {
  model_name = mlregistry_model_stage.production.model_name
  alias      = "champion"
  version    = mlregistry_model_stage.production.version
}

terraform {
  required_providers {
    mlregistry = { source = "registry.terraform.io/mlregistry/mlregistry" }
  }
}

variable "commit" {
  type        = string
  description = "The commit that is applied, such as TF_VAR_commit=$(git rev-parse HEAD)."
  default     = "unknown"
}

provider "mlregistry" {
  tracking_uri = "http://127.0.0.1:5000"

  # No version enters Production that the pipeline did not pass.
  require_tags = { validation_status = "passed" }

  # Each version that does says by which commit, when, and instead of whom.
  promotion_tags = {
    "promoted/commit"   = var.commit
    "promoted/at"       = "{time}"
    "promoted/replaced" = "{replaced}"
  }
}

resource "mlregistry_model_stage" "production" {
  model_name = "fraud"
  stage      = "Production"
  version    = 8
}

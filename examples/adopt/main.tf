# A training pipeline registers the versions; Terraform decides which of them serves. A pull request changes live_version,
# and reverting it rolls back. Terraform never creates or deletes a version here.

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
  description = "Number of the version that is in Production."
  type        = number
  default     = 8
}

# Another number adopts another version: the plan shows a replacement, which replaces nothing in the registry. The old
# version stays in Production until the new one takes over, because on_destroy of an adopted version is "retain".
resource "mlregistry_model_version" "live" {
  model_name = "fraud"
  version    = var.live_version
  stage      = "Production"
}

output "archived" {
  description = "Who left Production at the last promotion."
  value       = mlregistry_model_version.live.archived_versions
}

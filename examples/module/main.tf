# A model as a team declares it: its versions by name, which of them is live, and who answers for it. The files in tests/ test the
# module with `terraform test`, on the embedded registry: no server, no credentials, nothing to clean up.

terraform {
  required_version = ">= 1.6"

  required_providers {
    mlregistry = {
      source = "registry.terraform.io/mlregistry/mlregistry"
    }
  }
}

variable "name" {
  description = "Name of the registered model."
  type        = string
  default     = "fraud"
}

variable "team" {
  description = "Team that answers for the model."
  type        = string
  default     = "risk"
}

variable "versions" {
  description = "Where the files of each version are, by a name of the team's choice."
  type        = map(string)
  default = {
    "2026-09" = "s3://models/fraud/2026-09"
  }
}

variable "live" {
  description = "Name of the version that is in Production; null for none."
  type        = string
  default     = "2026-09"

  validation {
    condition     = var.live == null || contains(keys(var.versions), coalesce(var.live, "-"))
    error_message = "live names none of the versions."
  }
}

variable "candidate" {
  description = "Name of the version that is in Staging; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.candidate == null || coalesce(var.candidate, "-") != coalesce(var.live, "--")
    error_message = "A version is in Staging or in Production, not in both."
  }
}

variable "force_destroy" {
  description = "Whether destroying the model deletes its versions. For tests."
  type        = bool
  default     = false
}

resource "mlregistry_registered_model" "this" {
  name          = var.name
  tags          = { team = var.team }
  force_destroy = var.force_destroy
}

resource "mlregistry_model_version" "this" {
  for_each = var.versions

  model_name = mlregistry_registered_model.this.name
  source     = each.value
  stage      = each.key == var.live ? "Production" : each.key == var.candidate ? "Staging" : null
}

output "live_version" {
  description = "Number of the version in Production, and null if there is none."
  value       = var.live == null ? null : mlregistry_model_version.this[var.live].version
}

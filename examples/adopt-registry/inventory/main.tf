# Reads a whole registry and writes what ../main.tf declares. It manages nothing.

terraform {
  required_providers {
    mlregistry = { source = "registry.terraform.io/mlregistry/mlregistry" }
  }
}

provider "mlregistry" {} # MLFLOW_TRACKING_URI says where the registry is.

data "mlregistry_registered_models" "all" {}

data "mlregistry_model_versions" "all" {
  filter = "version_number > 0"
}

locals {
  versions = { for version in data.mlregistry_model_versions.all.versions : version.model_name => version... }
  holders = { for model in data.mlregistry_registered_models.all.models : model.name => {
    for stage in ["Staging", "Production"] : stage => [
      for version in lookup(local.versions, model.name, []) : version.version if version.stage == stage
    ]
  } }
}

# What is to be declared. MLflow's own tags (mlflow.*) are not.
output "inventory" {
  value = { for model in data.mlregistry_registered_models.all.models : model.name => {
    description = model.description
    tags = (length([for key in keys(model.tags) : key if !startswith(key, "mlflow.")]) == 0 ? null :
    { for key, value in model.tags : key => value if !startswith(key, "mlflow.") })
    stages  = { for stage, holders in local.holders[model.name] : stage => holders[0] if length(holders) == 1 }
    aliases = model.aliases
    versions = { for version in lookup(local.versions, model.name, []) : version.version => {
      description = version.description
      tags = (length([for key in keys(version.tags) : key if !startswith(key, "mlflow.")]) == 0 ? null :
      { for key, value in version.tags : key => value if !startswith(key, "mlflow.") })
    } }
  } }
}

# Stages that several versions hold are left out of the inventory: somebody has to say which one is to stay.
output "shared_stages" {
  value = merge([for name, stages in local.holders : {
    for stage, holders in stages : "${name}/${stage}" => holders if length(holders) > 1
  }]...)
}

# A whole registry under management: what is declared stands in inventory.json, which the configuration in inventory/ has
# written from the registry once. From then on that file is edited, reviewed and committed.
#
#   terraform -chdir=inventory apply
#   terraform -chdir=inventory output -json inventory > inventory.json
#   terraform plan    # imports everything, and changes nothing
#   terraform apply
#   rm imports.tf     # the import blocks have done their work

terraform {
  required_version = ">= 1.7"

  required_providers {
    mlregistry = { source = "registry.terraform.io/mlregistry/mlregistry" }
  }
}

provider "mlregistry" {} # MLFLOW_TRACKING_URI says where the registry is.

locals {
  models = jsondecode(file("${path.module}/inventory.json"))

  # By the IDs that imports take: MODEL/VERSION, MODEL/STAGE, MODEL/ALIAS.
  versions = merge([for name, model in local.models : {
    for number, version in model.versions : "${name}/${number}" => merge(version, { model_name = name, version = number })
  }]...)
  stages = merge([for name, model in local.models : {
    for stage, number in model.stages : "${name}/${stage}" => { model_name = name, stage = stage, version = number }
  }]...)
  aliases = merge([for name, model in local.models : {
    for alias, number in model.aliases : "${name}/${alias}" => { model_name = name, alias = alias, version = number }
  }]...)
}

resource "mlregistry_registered_model" "all" {
  for_each = local.models

  name        = each.key
  description = each.value.description
  tags        = each.value.tags
}

# The pipeline registered these versions and will register more: nothing here creates or deletes one. Their stages are
# left out, because the pointers below say who holds which.
resource "mlregistry_model_version" "all" {
  for_each = local.versions

  model_name  = mlregistry_registered_model.all[each.value.model_name].name
  version     = each.value.version
  description = each.value.description
  tags        = each.value.tags
}

# A promotion is one changed number in inventory.json.
resource "mlregistry_model_stage" "all" {
  for_each = local.stages

  model_name = mlregistry_registered_model.all[each.value.model_name].name
  stage      = each.value.stage
  version    = each.value.version
}

resource "mlregistry_model_alias" "all" {
  for_each = local.aliases

  model_name = mlregistry_registered_model.all[each.value.model_name].name
  alias      = each.value.alias
  version    = each.value.version
}

# Needed once. Terraform takes for_each in import blocks since 1.7.

import {
  for_each = local.models
  to       = mlregistry_registered_model.all[each.key]
  id       = each.key
}

import {
  for_each = local.versions
  to       = mlregistry_model_version.all[each.key]
  id       = each.key
}

import {
  for_each = local.stages
  to       = mlregistry_model_stage.all[each.key]
  id       = each.key
}

import {
  for_each = local.aliases
  to       = mlregistry_model_alias.all[each.key]
  id       = each.key
}

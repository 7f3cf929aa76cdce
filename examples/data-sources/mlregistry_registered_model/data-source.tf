data "mlregistry_registered_model" "fraud" {
  name = "fraud"
}

# stages has every holder, so that more than one in Production is seen here.
check "one_in_production" {
  assert {
    condition     = length(data.mlregistry_registered_model.fraud.stages["Production"]) == 1
    error_message = "In Production: ${join(", ", data.mlregistry_registered_model.fraud.stages["Production"])}"
  }
}

output "champion" {
  value = lookup(data.mlregistry_registered_model.fraud.aliases, "champion", null)
}

output "stages" {
  value = data.mlregistry_registered_model.fraud.stages
}

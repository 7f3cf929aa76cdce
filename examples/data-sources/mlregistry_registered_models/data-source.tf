# The models of one team, the last changed first. Values of tags may hold quotes; those in filter may not.
data "mlregistry_registered_models" "risk" {
  filter   = "name LIKE 'fraud%'"
  tags     = { team = "risk" }
  order_by = ["last_updated_timestamp DESC"]
  limit    = 20
}

output "models" {
  value = data.mlregistry_registered_models.risk.models[*].name
}

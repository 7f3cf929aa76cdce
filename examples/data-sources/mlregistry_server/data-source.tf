data "mlregistry_server" "this" {}

# Stages where the server has them, aliases where it does not.
locals {
  uses_stages = data.mlregistry_server.this.stages
}

output "uses_stages" {
  value = local.uses_stages
}

output "mlflow_version" {
  value = data.mlregistry_server.this.version
}

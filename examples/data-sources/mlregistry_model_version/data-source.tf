# By exactly one of stage, alias and version. A stage that no version holds, or several, is an error.
data "mlregistry_model_version" "live" {
  model_name = "fraud"
  stage      = "Production"
}

# What serves can be read by an alias: an alias names at most one version.
data "mlregistry_model_version" "champion" {
  model_name = "fraud"
  alias      = "champion"
}

output "live_source" {
  value = data.mlregistry_model_version.live.source
}

output "champion" {
  value = data.mlregistry_model_version.champion.version
}

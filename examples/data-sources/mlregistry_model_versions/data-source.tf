# The newest three versions that wait in Staging, of a model that may have thousands.
data "mlregistry_model_versions" "waiting" {
  model_name = "fraud"
  stages     = ["Staging"]
  limit      = 3
}

# Everything that one run has produced, of whatever model.
data "mlregistry_model_versions" "of_run" {
  filter = "run_id = '7f0c2d9b'"
}

output "waiting" {
  value = data.mlregistry_model_versions.waiting.versions[*].version
}

output "of_run" {
  value = [for v in data.mlregistry_model_versions.of_run.versions : "${v.model_name}/${v.version}"]
}

terraform {
  required_providers {
    mlregistry = {
      source = "registry.terraform.io/mlregistry/mlregistry"
    }
  }
}

# The same variables as for MLflow's Python SDK hold the credentials: MLFLOW_TRACKING_USERNAME and
# MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
provider "mlregistry" {
  tracking_uri    = "https://mlflow.example.com"
  require_staging = true
}

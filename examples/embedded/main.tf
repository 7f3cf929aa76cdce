# A model registry without a server: one SQLite file, made with the first apply. For laptops, tests of modules and CI.
#
# To look into it with MLflow's client, serve the same file:
#
#   terraform-provider-mlregistry serve --listen 127.0.0.1:5000 --db registry.db
#   export MLFLOW_TRACKING_URI=http://127.0.0.1:5000

terraform {
  required_providers {
    mlregistry = {
      source = "registry.terraform.io/mlregistry/mlregistry"
    }
  }
}

provider "mlregistry" {
  tracking_uri = "embedded:registry.db"
}

locals {
  live = "2026-10"
}

resource "mlregistry_registered_model" "fraud" {
  name          = "fraud"
  force_destroy = true
}

# One version a month; the one that is live is in Production, whoever was there before is archived.
resource "mlregistry_model_version" "monthly" {
  for_each = toset(["2026-09", "2026-10"])

  model_name = mlregistry_registered_model.fraud.name
  source     = "s3://models/fraud/${each.key}"
  stage      = each.key == local.live ? "Production" : null
}

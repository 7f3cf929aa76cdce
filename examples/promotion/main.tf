# Version 2 takes over Production from version 1.
#
# Before this commit the line "stage = "Production"" stood in v1, and version 2 was in Staging, where a pipeline had
# rehearsed it. The plan of this commit:
#
#   # mlregistry_model_version.v2 will be updated in-place
#   ~ resource "mlregistry_model_version" "v2" {
#       ~ archived_versions         = [
#           + "1",
#         ]
#       + from_stage                = "Staging"
#       + stage                     = "Production"
#         # (10 unchanged attributes hidden)
#     }
#
# and of v1, which is no longer managed there, a line that sends nothing: stage = "Production" -> null.
#
# Apply archives version 1 and promotes version 2 in one transaction of the server, and refuses if anyone but version 1
# has come to hold Production since the plan. Reverting the commit rolls back in the same way.

terraform {
  required_providers {
    mlregistry = {
      source = "registry.terraform.io/mlregistry/mlregistry"
    }
  }
}

provider "mlregistry" {
  tracking_uri = "http://127.0.0.1:5000"
}

resource "mlregistry_registered_model" "fraud" {
  name        = "fraud"
  description = "Card fraud scoring"
  tags        = { team = "risk" }
}

# With stage = "Archived" this would be a change of its own, which may come before the promotion of version 2: Production
# would be empty for some requests. Left out, the stage is not managed, and null in the state.
resource "mlregistry_model_version" "v1" {
  model_name = mlregistry_registered_model.fraud.name
  source     = "s3://models/fraud/1"
}

resource "mlregistry_model_version" "v2" {
  model_name = mlregistry_registered_model.fraud.name
  source     = "s3://models/fraud/2"
  stage      = "Production"
}

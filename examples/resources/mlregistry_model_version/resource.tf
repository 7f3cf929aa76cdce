resource "mlregistry_registered_model" "fraud" {
  name = "fraud"
}

# Served until now. Its stage is left out, so that it leaves Production in the same transaction in which the next
# version enters.
resource "mlregistry_model_version" "v1" {
  model_name = mlregistry_registered_model.fraud.name
  source     = "s3://models/fraud/1"
}

# Registered by this resource, and in Production: the plan lists in archived_versions who leaves.
resource "mlregistry_model_version" "v2" {
  model_name  = mlregistry_registered_model.fraud.name
  source      = "s3://models/fraud/2"
  description = "Trained on the data of October"
  stage       = "Production"

  tags = {
    approved_by = "risk"
  }

  # The model's v1 is version 1, and this one version 2, also when both are registered in one apply.
  depends_on = [mlregistry_model_version.v1]
}

# A pipeline registers the versions; this says which of them serves. A change of version is one handover in place: the
# plan shows "7" -> "8", and in archived_versions who leaves.
resource "mlregistry_model_stage" "production" {
  model_name = "fraud"
  stage      = "Production"
  version    = 8
}

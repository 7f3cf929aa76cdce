# The model belongs to another configuration. This one says who is called when it fails, and leaves every other tag alone.
resource "mlregistry_registered_model_tag" "on_call" {
  model_name = "fraud"
  key        = "on_call"
  value      = "risk-team"
}

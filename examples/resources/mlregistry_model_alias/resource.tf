# Readers load models:/fraud@champion. A change of version moves the alias in one step.
resource "mlregistry_model_alias" "champion" {
  model_name = "fraud"
  alias      = "champion"
  version    = 8
}

resource "mlregistry_registered_model" "fraud" {
  name        = "fraud"
  description = "Card fraud scoring"

  # Tags with other keys, set by people or pipelines, are left alone.
  tags = {
    team = "risk"
  }
}

# A pipeline registered the version. The review of it is a tag, and who reviewed it is in the commit.
resource "mlregistry_model_version_tag" "review" {
  model_name = "fraud"
  version    = 8
  key        = "review/risk"
  value      = "approved"
}

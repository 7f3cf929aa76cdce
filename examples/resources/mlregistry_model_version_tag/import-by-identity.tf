import {
  to = mlregistry_model_version_tag.review
  identity = {
    model_name = "fraud"
    version    = "8"
    key        = "review/risk"
  }
}

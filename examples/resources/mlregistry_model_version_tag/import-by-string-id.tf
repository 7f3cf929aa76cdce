import {
  to = mlregistry_model_version_tag.review
  id = "fraud/8/review/risk"
}

import {
  to = mlregistry_model_version.v1
  id = "fraud/1"
}

import {
  to = mlregistry_model_version.v1
  identity = {
    model_name = "fraud"
    version    = "1"
  }
}

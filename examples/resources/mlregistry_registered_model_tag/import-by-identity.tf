import {
  to = mlregistry_registered_model_tag.on_call
  identity = {
    model_name = "fraud"
    key        = "on_call"
  }
}

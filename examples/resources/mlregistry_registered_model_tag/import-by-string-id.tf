import {
  to = mlregistry_registered_model_tag.on_call
  id = "fraud/on_call"
}

# The ID is the name of the model and the key, which may hold slashes itself.
terraform import mlregistry_registered_model_tag.on_call fraud/on_call

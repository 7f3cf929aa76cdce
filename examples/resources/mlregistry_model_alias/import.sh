# The ID is the name of the model and the alias.
terraform import mlregistry_model_alias.champion fraud/champion

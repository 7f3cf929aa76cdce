# The ID is the name of the model and the number of the version.
terraform import mlregistry_model_version.v1 fraud/1

# The ID is the name of the model, the number of the version and the key, which may hold slashes itself.
terraform import mlregistry_model_version_tag.review fraud/8/review/risk

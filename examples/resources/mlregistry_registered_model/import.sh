# The ID is the name of the model.
terraform import mlregistry_registered_model.fraud fraud

# The ID is the name of the model and the stage, which some version must hold.
terraform import mlregistry_model_stage.production fraud/Production

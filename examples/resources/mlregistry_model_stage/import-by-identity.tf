import {
  to = mlregistry_model_stage.production
  identity = {
    model_name = "fraud"
    stage      = "Production"
  }
}

import {
  to = mlregistry_model_stage.production
  id = "fraud/Production"
}

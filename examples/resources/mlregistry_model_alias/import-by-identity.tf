import {
  to = mlregistry_model_alias.champion
  identity = {
    model_name = "fraud"
    alias      = "champion"
  }
}

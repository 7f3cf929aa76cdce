import {
  to = mlregistry_model_alias.champion
  id = "fraud/champion"
}

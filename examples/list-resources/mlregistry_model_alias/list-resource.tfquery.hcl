# Where the alias champion points in each model.
list "mlregistry_model_alias" "champions" {
  provider = mlregistry

  config {
    alias = "champion"
  }
}

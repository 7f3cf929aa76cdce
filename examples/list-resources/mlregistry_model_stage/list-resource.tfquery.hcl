# Who is in Production, model by model.
list "mlregistry_model_stage" "production" {
  provider = mlregistry

  config {
    stages = ["Production"]
  }
}

# At night: terraform apply -invoke=action.mlregistry_rollback.fraud
action "mlregistry_rollback" "fraud" {
  config {
    model_name = "fraud"
    stage      = "Production"
  }
}

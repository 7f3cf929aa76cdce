# At night: terraform apply -invoke=action.mlregistry_promote.hotfix
action "mlregistry_promote" "hotfix" {
  config {
    model_name = "fraud"
    stage      = "Production"
    version    = 8
    replaces   = [7] # It refuses if anybody else serves by then.
  }
}

# The registered models of one team.
list "mlregistry_registered_model" "risk" {
  provider = mlregistry

  config {
    filter = "name LIKE 'fraud%'"
    tags   = { team = "risk" }
  }
}

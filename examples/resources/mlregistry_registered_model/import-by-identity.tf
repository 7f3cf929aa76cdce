import {
  to = mlregistry_registered_model.fraud
  identity = {
    name = "fraud"
  }
}

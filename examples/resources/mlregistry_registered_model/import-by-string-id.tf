import {
  to = mlregistry_registered_model.fraud
  id = "fraud"
}

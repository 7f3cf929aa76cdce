# Every version that serves or is rehearsed, with all its attributes. Without a limit Terraform asks for 100.
list "mlregistry_model_version" "live" {
  provider         = mlregistry
  include_resource = true
  limit            = 1000

  config {
    stages = ["Production", "Staging"]
  }
}

# The versions of one model that a pipeline has validated.
list "mlregistry_model_version" "validated" {
  provider = mlregistry

  config {
    model_name = "fraud"
    tags       = { validation_status = "passed" }
  }
}

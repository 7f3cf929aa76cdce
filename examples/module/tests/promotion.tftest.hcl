# Each run goes on where the one before ended; at the end everything is destroyed.

provider "mlregistry" {
  tracking_uri = "embedded:promotion-test.db"
}

variables {
  name          = "fraud-test"
  force_destroy = true
}

run "first_version" {
  variables {
    versions = { "2026-09" = "s3://models/fraud/2026-09" }
    live     = "2026-09"
  }

  assert {
    condition     = output.live_version == "1"
    error_message = "Version ${output.live_version} is live."
  }
  assert {
    condition     = mlregistry_registered_model.this.tags["team"] == "risk"
    error_message = "The model does not say who answers for it."
  }
}

run "candidate" {
  variables {
    versions  = { "2026-09" = "s3://models/fraud/2026-09", "2026-10" = "s3://models/fraud/2026-10" }
    live      = "2026-09"
    candidate = "2026-10"
  }

  assert {
    condition     = mlregistry_model_version.this["2026-10"].stage == "Staging"
    error_message = "The candidate is not in Staging."
  }
}

# The plan names the version that leaves Production.
run "promotion_is_planned" {
  command = plan

  variables {
    versions = { "2026-09" = "s3://models/fraud/2026-09", "2026-10" = "s3://models/fraud/2026-10" }
    live     = "2026-10"
  }

  assert {
    condition     = mlregistry_model_version.this["2026-10"].archived_versions == tolist(["1"])
    error_message = "Not version 1 leaves Production, but ${join(", ", mlregistry_model_version.this["2026-10"].archived_versions)}."
  }
}

run "promotion" {
  variables {
    versions = { "2026-09" = "s3://models/fraud/2026-09", "2026-10" = "s3://models/fraud/2026-10" }
    live     = "2026-10"
  }

  assert {
    condition     = output.live_version == "2"
    error_message = "Version ${output.live_version} is live."
  }
}

# The registry has archived version 1; the state shows it with the next refresh.
run "rollback_is_planned" {
  command = plan

  variables {
    versions = { "2026-09" = "s3://models/fraud/2026-09", "2026-10" = "s3://models/fraud/2026-10" }
    live     = "2026-09"
  }

  assert {
    condition     = mlregistry_model_version.this["2026-09"].archived_versions == tolist(["2"])
    error_message = "The rollback does not archive version 2."
  }
}

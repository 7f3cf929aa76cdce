# What the module refuses. A plan is enough, and nothing is written.

provider "mlregistry" {
  tracking_uri = "embedded:mistakes-test.db"
}

run "live_is_no_version" {
  command = plan

  variables {
    live = "2026-13"
  }

  expect_failures = [var.live]
}

run "live_and_candidate" {
  command = plan

  variables {
    live      = "2026-09"
    candidate = "2026-09"
  }

  expect_failures = [var.candidate]
}

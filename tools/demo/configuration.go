package main

import "fmt"

// configurationHead is the part of main.tf that stays the same.
func configurationHead(trackingURI, model string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    mlregistry = { source = %q }
  }
}

provider "mlregistry" {
  tracking_uri = %q
}

resource "mlregistry_registered_model" "fraud" {
  name        = %q
  description = "Card fraud scoring"
  tags        = { team = "risk" }
}

`, providerAddress, trackingURI, model)
}

// addressV1 and addressV2 are how plans call the two versions.
const (
	addressV1 = "mlregistry_model_version.v1"
	addressV2 = "mlregistry_model_version.v2"
)

// versionBlock is the block of version 1 or 2. With no stage the line is left out: the stage is then not
// managed, and null in the state.
func versionBlock(number int, stage string) string {
	block := fmt.Sprintf(`resource "mlregistry_model_version" "v%[1]d" {
  model_name = mlregistry_registered_model.fraud.name
  source     = "s3://models/fraud/%[1]d"
`, number)
	if stage != "" {
		block += fmt.Sprintf("  stage      = %q\n", stage)
	}
	return block + "}\n"
}

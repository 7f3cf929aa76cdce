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

// addressV2 is how plans call version 2.
const addressV2 = "mlregistry_model_version.v2"

// versionBlock is the block of version 1 or 2. With no stage the line is left out: the stage is then shown in the
// state and not managed.
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

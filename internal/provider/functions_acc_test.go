package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// Functions need no registry: the provider block is left out.
func TestAccFunctions(t *testing.T) {
	output := func(expression string) string { return "output \"it\" {\n  value = " + expression + "\n}\n" }
	is := func(expression string, want knownvalue.Check) resource.TestStep {
		return resource.TestStep{Config: output(expression), ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("it", want)}}
	}
	parts := func(name, version, stage, alias knownvalue.Check, latest bool, id knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": name, "version": version, "stage": stage, "alias": alias, "latest": knownvalue.Bool(latest), "model_id": id,
		})
	}
	none, text := knownvalue.Null(), knownvalue.StringExact
	s := &scenario{t: t}
	s.run(
		is(`provider::mlregistry::model_uri("fraud", 7)`, text("models:/fraud/7")),
		is(`provider::mlregistry::model_uri("fraud", "@champion")`, text("models:/fraud@champion")),
		is(`provider::mlregistry::parse_stage("production")`, text("Production")),
		is(`provider::mlregistry::parse_model_uri("models:/fraud/7")`, parts(text("fraud"), text("7"), none, none, false, none)),
		is(`provider::mlregistry::parse_model_uri("models:/fraud/staging")`, parts(text("fraud"), none, text("Staging"), none, false, none)),
		is(`provider::mlregistry::parse_model_uri("models:/fraud@champion")`, parts(text("fraud"), none, none, text("champion"), false, none)),
		is(`provider::mlregistry::parse_model_uri("models:/fraud/latest")`, parts(text("fraud"), none, none, none, true, none)),
		is(`provider::mlregistry::parse_model_uri("models:/m-123")`, parts(none, none, none, none, false, text("m-123"))),
		resource.TestStep{Config: output(`provider::mlregistry::parse_stage("Prod")`), ExpectError: says(`"Prod" is not a stage`)},
		resource.TestStep{Config: output(`provider::mlregistry::model_uri("a/b", 7)`), ExpectError: says("which MLflow does not allow in names")},
		resource.TestStep{Config: output(`provider::mlregistry::parse_model_uri("runs:/1/model")`), ExpectError: says("is not a models:/ URI")},
	)
}

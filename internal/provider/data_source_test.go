package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// The data sources, by type.
const (
	modelData    = "mlregistry_registered_model"
	modelsData   = "mlregistry_registered_models"
	versionData  = "mlregistry_model_version"
	versionsData = "mlregistry_model_versions"
	serverData   = "mlregistry_server"
)

// data writes a data source with the name "it".
func data(dataSource string, lines ...string) string {
	return fmt.Sprintf("data %q \"it\" {\n  %s\n}\n", dataSource, strings.Join(lines, "\n  "))
}

// found checks one attribute of the data source with the name "it".
func found(dataSource, attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data."+dataSource+".it", tfjsonpath.New(attribute), want)
}

// text, null and textMap are values of attributes, and moment any time in the form that all times have.
var (
	text   = knownvalue.StringExact
	null   = knownvalue.Null()
	moment = knownvalue.StringRegexp(regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`))
)

func textMap(pairs map[string]string) knownvalue.Check {
	checks := make(map[string]knownvalue.Check, len(pairs))
	for key, value := range pairs {
		checks[key] = text(value)
	}
	return knownvalue.MapExact(checks)
}

// lists checks one attribute of each element of a list, in order.
func lists(dataSource, list, attribute string, want ...string) statecheck.StateCheck {
	var elements []knownvalue.Check
	for _, value := range want {
		elements = append(elements, knownvalue.ObjectPartial(map[string]knownvalue.Check{attribute: text(value)}))
	}
	return found(dataSource, list, knownvalue.ListExact(elements))
}

// step reads a configuration and checks what came of it.
func step(config string, checks ...statecheck.StateCheck) resource.TestStep {
	return resource.TestStep{Config: config, ConfigStateChecks: checks}
}

// mistake is the lines of a data source, the attribute at which the plan fails, and what it says.
type mistake struct{ lines, attribute, message string }

// badInput checks that each mistake fails in the plan, where it was made. MODEL stands for a model that exists.
func badInput(t *testing.T, dataSource string, mistakes map[string]mistake) {
	t.Helper()
	for name, one := range mistakes {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			if strings.Contains(one.lines, "MODEL-missing") {
				w.Needs(t, acctest.MissingModels)
			}
			w.CreateModel(t, w.model)
			w.config(data(dataSource, one.lines))
			w.wantPlanError(one.attribute, one.message)
			output := w.Plan().Output
			if at := regexp.MustCompile(`\d+: +` + one.attribute + ` += `); one.attribute != "" && !at.MatchString(output) {
				t.Errorf("the message is not at %s:\n%s", one.attribute, output)
			}
		})
	}
}

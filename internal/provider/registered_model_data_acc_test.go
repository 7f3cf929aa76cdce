package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

func TestAccRegisteredModelData(t *testing.T) {
	s := newScenario(t)
	s.pipeline(5)
	s.DescribeModel(t, s.model, "Card fraud scoring")
	s.SetModelTag(t, s.model, "team", `risk "and" 'more' 100%`)
	s.SetModelTag(t, s.model, "mlflow.note", "MLflow's own")
	s.SetAlias(t, s.model, "champion", "4")
	second := "Champion"
	if !s.Has(t, acctest.ExactNames) {
		second = "challenger"
	}
	s.SetAlias(t, s.model, second, "2")
	for version, stage := range map[string]string{"1": "Archived", "2": "Production", "4": "Production", "5": "Staging"} {
		s.Transition(t, s.model, version, stage, false)
	}
	config := s.hcl(data(modelData, `name = "MODEL"`))
	drifted := step(config,
		found(modelData, "description", null), found(modelData, "aliases", textMap(map[string]string{second: "2"})),
		found(modelData, "stages", knownvalue.MapExact(map[string]knownvalue.Check{
			"None": texts("3"), "Staging": texts(), "Production": texts("5"), "Archived": texts("1", "2", "4")})))
	drifted.PreConfig = func() {
		s.Transition(t, s.model, "5", "Production", true)
		s.DeleteAlias(t, s.model, "champion")
		s.DescribeModel(t, s.model, "")
	}
	s.run(
		step(config,
			found(modelData, "description", text("Card fraud scoring")),
			found(modelData, "tags", textMap(map[string]string{"team": `risk "and" 'more' 100%`, "mlflow.note": "MLflow's own"})),
			found(modelData, "aliases", textMap(map[string]string{"champion": "4", second: "2"})),
			found(modelData, "stages", knownvalue.MapExact(map[string]knownvalue.Check{
				"None": texts("3"), "Staging": texts("5"), "Production": texts("2", "4"), "Archived": texts("1")})),
			found(modelData, "latest_version", text("5")),
			found(modelData, "creation_time", moment), found(modelData, "last_updated_time", moment)),
		drifted, // What somebody does meanwhile is in the next read.
	)
}

func TestAccRegisteredModelData_disappeared(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	s.CreateModel(t, s.model)
	config := s.hcl(data(modelData, `name = "MODEL"`))
	s.run(
		step(config, found(modelData, "latest_version", null)),
		resource.TestStep{PreConfig: func() { s.DeleteModel(t, s.model) }, Config: config,
			ExpectError: says("Check the name, and which registry and workspace the provider uses.")},
	)
}

func TestAccRegisteredModelData_withoutVersions(t *testing.T) {
	s := newScenario(t)
	s.CreateModel(t, s.model)
	s.run(step(s.hcl(data(modelData, `name = "MODEL"`)),
		found(modelData, "latest_version", null), found(modelData, "description", null),
		found(modelData, "tags", textMap(nil)), found(modelData, "aliases", textMap(nil)),
		found(modelData, "stages", knownvalue.MapExact(map[string]knownvalue.Check{
			"None": texts(), "Staging": texts(), "Production": texts(), "Archived": texts()})),
	))
}

func TestAccRegisteredModelData_badInput(t *testing.T) {
	badInput(t, modelData, map[string]mistake{
		"missing": {`name = "MODEL-missing"`, "name", "does not exist"},
		"slash":   {`name = "a/b"`, "name", "holds '/' or ':'"},
		"empty":   {`name = ""`, "name", "a model name must not be empty"},
	})
}

// What the same apply makes is read during that apply, after it; and a name may hold anything that MLflow takes.
func TestAccData_ofThisApply(t *testing.T) {
	for kind, name := range map[string]string{
		"quotes": `it's "both" kinds`, "percent": "100% a_b", "unicode": "日本語 🙂 é", "injection": "x' OR name != '", "backSlash": `back\slash`,
	} {
		t.Run(kind, func(t *testing.T) {
			s := newScenario(t)
			s.model = s.UniqueName(t, name)
			of := func(dataSource, name string, lines ...string) string {
				return data(dataSource, append(lines, name+" = mlregistry_registered_model.m.name", "depends_on = [mlregistry_model_version.v1]")...)
			}
			s.run(step(
				s.hcl(fmt.Sprintf("resource \"mlregistry_registered_model\" \"m\" {\n  name = %q\n  force_destroy = true\n}\n", s.model),
					version("v1", source(1), stage("Production")),
					of(modelData, "name"), of(versionData, "model_name", `stage = "production"`),
					of(versionsData, "model_name", `filter = "version_number > 0"`)),
				found(modelData, "name", text(s.model)), found(modelData, "latest_version", text("1")),
				found(versionData, "version", text("1")), found(versionData, "stage", text("production")),
				lists(versionsData, "versions", "model_name", s.model),
			))
		})
	}
}

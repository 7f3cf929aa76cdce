package provider_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// versions checks which versions are listed, in this order.
func versions(want ...string) statecheck.StateCheck {
	return lists(versionsData, "versions", "version", want...)
}

func TestAccModelVersionsData(t *testing.T) {
	s := newScenario(t)
	s.pipeline(6)
	other := s.UniqueName(t, s.model+"-other")
	s.CreateModel(t, other)
	s.CreateVersion(t, other, "s3://other/1")
	for _, one := range []struct{ model, version string }{{s.model, "2"}, {s.model, "5"}, {other, "1"}} {
		s.SetVersionTag(t, one.model, one.version, "suite", s.model)
	}
	s.SetVersionTag(t, s.model, "5", "validation status", `"passed", they'd say`)
	s.DescribeVersion(t, s.model, "5", "retrained")
	for version, stage := range map[string]string{"1": "Archived", "2": "Production", "4": "Staging", "5": "Production"} {
		s.Transition(t, s.model, version, stage, false)
	}
	list := func(lines ...string) string { return s.hcl(data(versionsData, lines...)) }
	name := `model_name = "MODEL"`
	s.run(
		step(list(name), versions("6", "5", "4", "3", "2", "1")),
		step(list(name, `stages = ["production"]`), versions("5", "2"),
			found(versionsData, "versions", knownvalue.ListPartial(map[int]knownvalue.Check{0: knownvalue.ObjectExact(map[string]knownvalue.Check{
				"model_name": text(s.model), "version": text("5"), "stage": text("Production"), "source": text("s3://pipeline/5"),
				"description": text("retrained"), "status": text("READY"), "status_message": null, "run_id": null, "run_link": null,
				"model_id": null, "user_id": null, "creation_time": moment, "last_updated_time": moment,
				"tags": textMap(map[string]string{"suite": s.model, "validation status": `"passed", they'd say`}),
			})}))),
		step(list(name, `stages = ["Staging", "Archived"]`, `order_by = ["version_number ASC"]`), versions("1", "4")),
		step(list(name, `stages = ["Production"]`, "limit = 1"), versions("5")),
		step(list(name, "limit = 2"), versions("6", "5")),
		step(list(name, `filter = "version_number < 4 AND source_path LIKE '%/3'"`), versions("3")),
		step(list(name, `tags = { "validation status" = "\"passed\", they'd say" }`), versions("5")),
		step(list(name, `tags = { suite = "nobody's" }`), versions()),
		step(list(`tags = { suite = "MODEL" }`), lists(versionsData, "versions", "model_name", s.model, s.model, other), versions("5", "2", "1")),
		step(list(fmt.Sprintf(`filter = "name = '%s'"`, other)), versions("1")),
	)
}

func TestAccModelVersionsData_badInput(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.FilterChecks)
	name := "model_name = \"MODEL\"\n  "
	badInput(t, versionsData, map[string]mistake{
		"nothing":      {`limit = 1`, "", "At least one of these attributes must be configured: [model_name,filter,tags]"},
		"missingModel": {`model_name = "MODEL-missing"`, "model_name", "does not exist"},
		"stage":        {name + `stages = ["Prod"]`, "stages", "use one of None, Staging, Production, Archived."},
		"noStages":     {name + `stages = []`, "stages", "must contain at least 1"},
		"filter":       {name + `filter = "stage = 'Production'"`, "filter", "Correct filter:"},
		"order":        {name + `order_by = ["stage ASC"]`, "order_by", "Correct order_by:"},
		"limitZero":    {name + "limit = 0", "limit", "value must be at least 1"},
	})
}

// TestAccModelVersionsData_scale counts what a list asks of a model with 10,000 versions, and what it takes.
func TestAccModelVersionsData_scale(t *testing.T) {
	const count = 10_000
	s := &scenario{Registry: acctest.NewEmbeddedRegistry(t), t: t, model: "fraud"} // A real server takes ten minutes to be filled.
	s.pipeline(count)
	s.Transition(t, s.model, "9000", "Production", false)
	s.Transition(t, s.model, "2500", "Production", false)
	s.SetAlias(t, s.model, "champion", "42")
	proxy := acctest.NewProxy(t, s.HTTP)
	s.URI = proxy.URL
	for _, one := range []struct {
		lines string
		// want are the versions that are listed, or how many.
		want any
		// sizes are the pages that are asked for.
		sizes []string
	}{
		{"", count, []string{"200000"}},
		{"limit = 3", []string{"10000", "9999", "9998"}, []string{"100"}},
		{"limit = 250", 250, []string{"250"}},
		{`stages = ["Production"]`, []string{"9000", "2500"}, []string{"200000"}},
		// The first is among the newest 1,001, the second among the newest 7,501; a third is sought to the end.
		{"stages = [\"Production\"]\n  limit = 1", []string{"9000"}, slices.Repeat([]string{"1000"}, 2)},
		{"stages = [\"Production\"]\n  limit = 2", []string{"9000", "2500"}, slices.Repeat([]string{"1000"}, 8)},
		{"stages = [\"Production\"]\n  limit = 3", []string{"9000", "2500"}, slices.Repeat([]string{"1000"}, 10)},
		{"stages = [\"Production\"]\n  order_by = [\"version_number ASC\"]\n  limit = 1", []string{"2500"}, slices.Repeat([]string{"1000"}, 3)},
	} {
		t.Run(one.lines, func(t *testing.T) {
			s.t = t
			proxy.Reset()
			w := &workspace{scenario: s, Workspace: acctest.NewWorkspace(t, "")}
			w.config(data(versionsData, `model_name = "fraud"`, one.lines),
				"output \"numbers\" {\n  value = join(\" \", data.mlregistry_model_versions.it.versions[*].version)\n}\n")
			begin := time.Now()
			plan := w.Plan()
			took := time.Since(begin)
			if plan.ExitCode == 1 {
				t.Fatal(plan.Output)
			}
			numbers := strings.Fields(w.ShowJSON(plan.PlanFile)["planned_values"].(map[string]any)["outputs"].(map[string]any)["numbers"].(map[string]any)["value"].(string))
			switch want := one.want.(type) {
			case int:
				if len(numbers) != want || numbers[0] != "10000" {
					t.Errorf("%d versions, the first %s", len(numbers), numbers[0])
				}
			case []string:
				if !slices.Equal(numbers, want) {
					t.Errorf("versions %v, want %v", numbers, want)
				}
			}
			var sizes []string
			for _, request := range proxy.Requests() {
				query, err := url.ParseQuery(request.Query)
				if err != nil || !strings.HasSuffix(request.Path, "/model-versions/search") {
					t.Errorf("asks for %s?%s", request.Path, request.Query)
				}
				sizes = append(sizes, query.Get("max_results"))
			}
			if !slices.Equal(sizes, one.sizes) {
				t.Errorf("pages of %v, want %v", sizes, one.sizes)
			}
			t.Logf("%d versions in %d request(s), %s for the whole plan", len(numbers), len(sizes), took.Round(10*time.Millisecond))
			if took > time.Minute {
				t.Errorf("the plan took %s", took)
			}
		})
	}
}

// endpoints returns what was asked for, in order.
func endpoints(proxy *acctest.Proxy) []string {
	var list []string
	for _, request := range proxy.Requests() {
		list = append(list, request.Path[strings.Index(request.Path, "mlflow/")+len("mlflow/"):])
	}
	if len(list) > 1 && list[0] == "server-info" { // Where there is a workspace, it is looked for first, in two requests.
		return list[2:]
	}
	return list
}

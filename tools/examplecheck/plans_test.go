package examplecheck

import (
	"path/filepath"
	"strings"
	"testing"
)

// changes are what turns the example of a resource into the change whose plan its page shows.
var changes = map[string]struct{ old, becomes string }{
	"mlregistry_registered_model":     {`"Card fraud scoring"`, `"Card fraud scoring, all regions"`},
	"mlregistry_registered_model_tag": {`"risk-team"`, `"fraud-team"`},
	"mlregistry_model_version_tag":    {`"approved"`, `"withdrawn"`},
	"mlregistry_model_alias":          {`= 8`, `= 7`},
	"mlregistry_model_stage":          {`= 8`, `= 7`},
	"mlregistry_model_version":        {"", ""}, // the rollback below
}

// The plan that the page of each resource shows is the one that the CLI prints.
func TestAccExamples_pagesShowTheirPlans(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(root, "examples", "resources", "*", "plan.txt"))
	if err != nil || len(pages) != len(changes) {
		t.Fatalf("%d resources have a plan.txt, this test knows %d (%v)", len(pages), len(changes), err)
	}
	for _, page := range pages {
		name := filepath.Base(filepath.Dir(page))
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join("resources", name)
			e := newExample(t, folder, noImport)
			e.seed(prepared[filepath.ToSlash(folder)])
			e.MustApply()
			before := readFile(t, filepath.Join(root, "examples", folder, "resource.tf"))
			after := strings.Replace(before, changes[name].old, changes[name].becomes, 1)
			if name == "mlregistry_model_version" {
				after = rolledBack(before)
			}
			if after == before {
				t.Fatalf("the example has nothing to change:\n%s", before)
			}
			e.Write("resource.tf", after)
			e.shows(readFile(t, page), 2)
		})
	}
}

// rolledBack moves the line that puts v2 into Production to v1.
func rolledBack(configuration string) string {
	const live = "  stage       = \"Production\"\n"
	const first = "  source     = \"s3://models/fraud/1\"\n"
	return strings.Replace(strings.Replace(configuration, live, "", 1), first, first+live, 1)
}

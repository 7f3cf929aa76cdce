package examplecheck

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// listed are the requests that the page of a list resource says its example costs, sorted, in the registry of fillForReaders.
var listed = map[string][]string{
	"mlregistry_model_alias": {"registered-models/search"},
	"mlregistry_model_stage": {"model-versions/search", "model-versions/search", "model-versions/search", "registered-models/search"},
	// One search a block, and one for each model whose versions the block with include_resource finds.
	"mlregistry_model_version":    {"model-versions/search", "model-versions/search", "model-versions/search"},
	"mlregistry_registered_model": {"registered-models/search"},
}

// What the page of each list resource shows is what terraform query prints, with what the registry holds that the page describes, and
// it costs what the page says.
func TestAccExamples_pagesShowWhatIsListed(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Query)
	folders, err := os.ReadDir(filepath.Join(root, "examples", "list-resources"))
	if err != nil || len(folders) != len(listed) {
		t.Fatalf("%d list resources have an example, this test knows %d (%v)", len(folders), len(listed), err)
	}
	for name, asked := range listed {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(root, "examples", "list-resources", name)
			page := readFile(t, filepath.Join(folder, "output.txt"))
			e := newEmpty(t)
			e.fillForReaders()
			e.SetAlias(t, "fraud-eu", "champion", "1")
			e.SetVersionTag(t, "fraud", "4", "validation_status", "passed")
			proxy := acctest.NewProxy(t, e.HTTP)
			e.URI = proxy.URL
			e.connect("")
			e.Write("list-resource.tfquery.hcl", readFile(t, filepath.Join(folder, "list-resource.tfquery.hcl")))
			output := e.MustRun("query", "-no-color").Output
			if got := listedRows(output); len(got) == 0 || !slices.Equal(got, listedRows(page)) {
				t.Errorf("the page shows\n%s\nand the list is\n%s", page, output)
			}
			if got := requestsTo(proxy); !slices.Equal(got, asked) {
				t.Errorf("the list asks for %v, want %v", got, asked)
			}
		})
	}
}

// listedRows returns the rows that terraform query prints, with the width of their columns taken out. Lists run side by side: those of
// different blocks come in any order, and keep their own.
func listedRows(output string) []string {
	var rows []string
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "list.") {
			rows = append(rows, squeezed(line))
		}
	}
	slices.SortStableFunc(rows, func(a, b string) int {
		first, _, _ := strings.Cut(a, " ")
		second, _, _ := strings.Cut(b, " ")
		return strings.Compare(first, second)
	})
	return rows
}

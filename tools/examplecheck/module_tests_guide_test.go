package examplecheck

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// The module of the guide to tests passes its test with a mock, which fails without what the guide says that it needs.
func TestAccGuide_mockedModule(t *testing.T) {
	page := filepath.Join("guides", "module-tests.md")
	modules, tests := shown(t, page, "terraform"), shown(t, page, "hcl")
	if len(modules) != 1 || len(tests) != 2 {
		t.Fatalf("the guide shows %d modules and %d parts of tests", len(modules), len(tests))
	}
	const random = "defaults = { version = \"1\" }"
	for name, change := range map[string]struct{ from, to, says string }{
		"as shown":                   {says: "Success! 2 passed, 0 failed."},
		"no number":                  {random, "", "Invalid version number"},
		"one number for all":         {`this["2026-10"]`, `this["2026-09"]`, "The alias points at version 1."},
		"a stage that there is not":  {`: "Archived"`, `: "Prod"`, "Invalid stage"},
		"what the module leaves out": {`.stage == "Archived"`, `.archive_existing_versions`, `run "rollback"... fail`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorkspace(t, "")
			replaced := func(text string) string { return strings.Replace(text, change.from, change.to, 1) }
			if change.from != "" && replaced(modules[0]+tests[1]) == modules[0]+tests[1] {
				t.Fatalf("the guide does not show %s", change.from)
			}
			w.Write("main.tf", replaced(modules[0]))
			w.Write("tests/champion.tftest.hcl", replaced(tests[1]))
			result := w.Run("test", "-no-color")
			if output := strings.Join(strings.Fields(result.Output), " "); !strings.Contains(output, change.says) || (result.ExitCode == 0) != (change.from == "") {
				t.Errorf("terraform test exited with %d:\n%s", result.ExitCode, result.Output)
			}
		})
	}
}

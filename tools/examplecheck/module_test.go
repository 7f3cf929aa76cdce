package examplecheck

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// The tests of the module example pass, and fail when the module no longer does what it should.
func TestAccExamples_moduleTests(t *testing.T) {
	t.Run("whole", func(t *testing.T) {
		w := newModule(t)
		if result := w.Run("test", "-no-color"); result.ExitCode != 0 || !strings.Contains(result.Output, " passed, 0 failed.") {
			t.Errorf("terraform test exited with %d:\n%s", result.ExitCode, result.Output)
		}
	})
	for name, change := range map[string]struct{ from, to, failed string }{
		"nobody_is_promoted": {`? "Production"`, `? "Archived"`, `run "promotion_is_planned"... fail`},
		"any_name_may_live":  {`contains(keys(var.versions), coalesce(var.live, "-"))`, "length(var.versions) > 0", `run "live_is_no_version"... fail`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newModule(t)
			whole := readFile(t, filepath.Join(w.Dir, "main.tf"))
			if !strings.Contains(whole, change.from) {
				t.Fatalf("the module has no %s", change.from)
			}
			w.Write("main.tf", strings.Replace(whole, change.from, change.to, 1))
			if result := w.Run("test", "-no-color"); result.ExitCode == 0 || !strings.Contains(result.Output, change.failed) {
				t.Errorf("terraform test exited with %d, and was to say %s:\n%s", result.ExitCode, change.failed, result.Output)
			}
		})
	}
}

func newModule(t *testing.T) *acctest.Workspace {
	t.Helper()
	t.Parallel()
	w := acctest.NewWorkspace(t, "")
	if err := os.CopyFS(w.Dir, os.DirFS(filepath.Join(root, "examples", "module"))); err != nil {
		t.Fatal(err)
	}
	return w
}

package examplecheck

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// root is the repository, seen from this package.
const root = "../.."

// example is a copy of one folder of examples/ in a workspace, on an embedded registry of its own.
type example struct {
	*acctest.Workspace
	*acctest.Registry

	t *testing.T
}

var (
	providerBlock = regexp.MustCompile(`(?m)^provider "mlregistry"`)
	requirements  = regexp.MustCompile(`(?m)^ +required_providers`)
	embeddedURI   = regexp.MustCompile(`tracking_uri += "embedded:`)
	importFile    = regexp.MustCompile(`^import.*\.tf$`)
)

// The files with import blocks that newExample takes or, with noImport, does not take.
const (
	noImport   = ""
	byStringID = "import-by-string-id.tf"
	byIdentity = "import-by-identity.tf"
)

// newExample copies the .tf files of a folder, of those with import blocks only the one that is asked for.
func newExample(t *testing.T, folder, imports string) *example {
	t.Helper()
	e := newEmpty(t)
	files, err := filepath.Glob(filepath.Join(root, "examples", folder, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no configuration in examples/%s: %v", folder, err)
	}
	var whole strings.Builder
	for _, file := range files {
		if name := filepath.Base(file); importFile.MatchString(name) && name != imports {
			continue
		}
		content := readFile(t, file)
		e.Write(filepath.Base(file), content)
		whole.WriteString(content)
	}
	e.connect(whole.String())
	return e
}

func newEmpty(t *testing.T) *example {
	t.Helper()
	registry := acctest.NewEmptyRegistry(t)
	if !registry.Real() { // The names of the examples are the same in all of them: a server serves one after the other.
		t.Parallel()
	}
	return &example{Workspace: acctest.NewWorkspace(t, ""), Registry: registry, t: t}
}

// connect points a configuration to the test's registry: with an override where it has a provider block, with a provider
// block where it has none. A configuration that names an embedded registry keeps it.
func (e *example) connect(configuration string) {
	block := fmt.Sprintf("provider \"mlregistry\" {\n  tracking_uri    = %q\n  require_staging = false\n}\n", e.URI)
	switch {
	case embeddedURI.MatchString(configuration):
	case providerBlock.MatchString(configuration):
		e.Write("test_override.tf", block)
	case requirements.MatchString(configuration):
		e.Write("test_provider.tf", block)
	default:
		e.Write("test_provider.tf", acctest.Requirements+"\n"+block)
	}
}

// seed registers versions of the model fraud as a pipeline does, from 1 on. Without any there is no model either.
func (e *example) seed(versions int) {
	e.t.Helper()
	if versions > 0 {
		e.CreateModel(e.t, "fraud")
	}
	for number := range versions {
		e.CreateVersion(e.t, "fraud", fmt.Sprintf("s3://models/fraud/%d", number+1))
	}
}

// holds applies what is configured, and checks that the next plan is empty.
func (e *example) holds(args ...string) {
	e.t.Helper()
	e.MustApply(args...)
	if again := e.Plan(args...); again.ExitCode != 0 {
		e.t.Errorf("the plan after the apply exited with %d:\n%s", again.ExitCode, again.Output)
	}
}

// plans checks that the configuration can be planned and that the plan says something.
func (e *example) plans(text string, args ...string) acctest.Result {
	e.t.Helper()
	plan := e.Plan(args...)
	if plan.ExitCode == 1 || !strings.Contains(plan.Output, text) {
		e.t.Fatalf("the plan exited with %d, and was to say %q:\n%s", plan.ExitCode, text, plan.Output)
	}
	return plan
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

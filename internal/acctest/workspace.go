package acctest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Workspace is a folder with a Terraform configuration, driven by a real CLI with the provider as a program
// of its own, as a user would: for what terraform-plugin-testing cannot do, such as something happening
// between a saved plan and its apply, two aliases of the provider, or a killed apply. There is no init.
type Workspace struct {
	// Dir is the folder the CLI runs in.
	Dir string

	t     testing.TB
	cli   string
	env   []string
	plans int
}

// Result is what a command of the CLI came to.
type Result struct {
	// Output is the standard output and standard error, in the order they were written.
	Output string
	// ExitCode is 0 for success; a command that a signal ended has -1.
	ExitCode int
	// PlanFile is the saved plan that Plan made.
	PlanFile string
}

// NewWorkspace returns an empty workspace that uses the provider program at binary, such as ProviderBinary's;
// with an empty one it is built from this checkout. The test is skipped unless TF_ACC is set.
func NewWorkspace(t testing.TB, binary string) *Workspace {
	t.Helper()
	cli := CLI(t)
	if binary == "" {
		binary = ProviderBinary(t)
	}
	settings := filepath.Join(t.TempDir(), "cli.tfrc")
	folder := filepath.ToSlash(filepath.Dir(binary))
	overrides := fmt.Sprintf(`provider_installation {
  dev_overrides {
    "registry.terraform.io/mlregistry/mlregistry" = %[1]q
    "registry.opentofu.org/mlregistry/mlregistry" = %[1]q
  }
  direct {}
}
`, folder)
	if err := os.WriteFile(settings, []byte(overrides), 0o600); err != nil {
		t.Fatal(err)
	}
	w := &Workspace{Dir: t.TempDir(), t: t, cli: cli, env: cleanEnvironment(os.Environ())}
	w.Setenv("TF_CLI_CONFIG_FILE", settings)
	w.Setenv("CHECKPOINT_DISABLE", "1")
	w.Setenv("TF_IN_AUTOMATION", "1")
	w.Setenv("TF_INPUT", "0")
	w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0") // A test's clients do not crowd, and up to a second before each repetition adds up.
	return w
}

// cleanEnvironment drops the variables that would change what the CLI or the provider does.
func cleanEnvironment(inherited []string) []string {
	var kept []string
	for _, setting := range inherited {
		if !strings.HasPrefix(setting, "TF_") && !strings.HasPrefix(setting, "MLFLOW_") {
			kept = append(kept, setting)
		}
	}
	return kept
}

// Setenv sets an environment variable for the commands to come. They start without any TF_ or MLFLOW_
// variable of the test's own environment.
func (w *Workspace) Setenv(key, value string) { w.env = append(w.env, key+"="+value) }

// Requirements is the block by which a configuration says that it uses this provider.
const Requirements = `terraform {
  required_providers {
    mlregistry = { source = "registry.terraform.io/mlregistry/mlregistry" }
  }
}
`

// Write creates or replaces a file of the workspace.
func (w *Workspace) Write(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Run runs the CLI to its end and returns what it came to, success or not.
func (w *Workspace) Run(args ...string) Result {
	w.t.Helper()
	return w.Start(args...).Wait()
}

// MustRun runs the CLI and ends the test unless it succeeds.
func (w *Workspace) MustRun(args ...string) Result {
	w.t.Helper()
	result := w.Run(args...)
	if result.ExitCode != 0 {
		w.t.Fatalf("%s %s exited with %d:\n%s", filepath.Base(w.cli), strings.Join(args, " "), result.ExitCode, result.Output)
	}
	return result
}

// Plan makes a saved plan with -detailed-exitcode: the exit code is 0 when there is nothing to do, 2 when there
// are changes, 1 when planning failed. Every plan is a file of its own, so that a stale one can be applied.
func (w *Workspace) Plan(args ...string) Result {
	w.t.Helper()
	w.plans++
	file := fmt.Sprintf("plan-%d.tfplan", w.plans)
	plan := append([]string{"plan", "-no-color", "-input=false", "-detailed-exitcode", "-out=" + file}, args...)
	result := w.Run(plan...)
	result.PlanFile = file
	return result
}

// Apply plans and applies without asking; with the name of a saved plan as its last argument it applies that.
func (w *Workspace) Apply(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"apply", "-no-color", "-input=false", "-auto-approve"}, args...)...)
}

// MustApply is Apply that ends the test unless it succeeds.
func (w *Workspace) MustApply(args ...string) Result {
	w.t.Helper()
	return w.MustRun(append([]string{"apply", "-no-color", "-input=false", "-auto-approve"}, args...)...)
}

// Destroy destroys everything the workspace manages, without asking.
func (w *Workspace) Destroy(args ...string) Result {
	w.t.Helper()
	return w.Run(append([]string{"destroy", "-no-color", "-input=false", "-auto-approve"}, args...)...)
}

// ShowJSON returns a saved plan, or the state if the name is empty, as terraform show -json writes it.
func (w *Workspace) ShowJSON(planFile string) map[string]any {
	w.t.Helper()
	args := []string{"show", "-json"}
	if planFile != "" {
		args = append(args, planFile)
	}
	command := w.command(args...)
	output, err := command.Output()
	if err != nil {
		w.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	var shown map[string]any
	if err := json.Unmarshal(output, &shown); err != nil {
		w.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return shown
}

func (w *Workspace) command(args ...string) *exec.Cmd {
	command := exec.Command(w.cli, args...)
	command.Dir = w.Dir
	command.Env = w.env
	return command
}

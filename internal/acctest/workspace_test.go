package acctest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const oneModel = Requirements + `variable "name" { type = string }
variable "uri" { type = string }
provider "mlregistry" { tracking_uri = var.uri }
resource "mlregistry_registered_model" "this" {
  name        = var.name
  description = "made by a workspace"
}
`

func newModelWorkspace(t *testing.T) (*Workspace, *Registry, string) {
	t.Helper()
	workspace, registry := NewWorkspace(t, ""), NewRegistry(t)
	model := registry.UniqueName(t, "workspace")
	workspace.Setenv("TF_VAR_name", model)
	workspace.Setenv("TF_VAR_uri", registry.URI)
	workspace.Write("main.tf", oneModel)
	return workspace, registry, model
}

func TestAccWorkspace_savedPlanAndApply(t *testing.T) {
	workspace, registry, model := newModelWorkspace(t)
	planned := workspace.Plan()
	if planned.ExitCode != 2 || !strings.Contains(planned.Output, "1 to add") {
		t.Fatalf("plan exited with %d:\n%s", planned.ExitCode, planned.Output)
	}
	if changes, ok := workspace.ShowJSON(planned.PlanFile)["resource_changes"].([]any); !ok || len(changes) != 1 {
		t.Errorf("the saved plan shows the changes %v, want one", changes)
	}
	if registry.ModelExists(t, model) {
		t.Error("planning made the model")
	}
	workspace.MustApply(planned.PlanFile)
	if got := registry.ModelDescription(t, model); got != "made by a workspace" {
		t.Errorf("description %q", got)
	}
	if again := workspace.Plan(); again.ExitCode != 0 {
		t.Errorf("the second plan exited with %d:\n%s", again.ExitCode, again.Output)
	}
	if _, ok := workspace.ShowJSON("")["values"]; !ok {
		t.Error("the state shows no values")
	}
	if stale := workspace.Apply(planned.PlanFile); stale.ExitCode != 1 || !strings.Contains(stale.Output, "stale") {
		t.Errorf("applying the plan again exited with %d:\n%s", stale.ExitCode, stale.Output)
	}
	if destroyed := workspace.Destroy(); destroyed.ExitCode != 0 || registry.ModelExists(t, model) {
		t.Errorf("destroy exited with %d:\n%s", destroyed.ExitCode, destroyed.Output)
	}
}

func TestAccWorkspace_killedApply(t *testing.T) {
	workspace, registry, model := newModelWorkspace(t)
	proxy := NewProxy(t, registry.HTTP)
	workspace.Setenv("TF_VAR_uri", proxy.URL)
	asked := make(chan struct{}, 1)
	creates := Calls("registered-models/create")
	proxy.OnRequest(func(request Request) {
		if creates(request) {
			asked <- struct{}{}
		}
	})
	proxy.Fault(creates, Delay(time.Minute), -1)

	apply := workspace.Start("apply", "-no-color", "-input=false", "-auto-approve")
	select {
	case <-asked:
	case <-time.After(time.Minute):
		t.Fatalf("the apply never asked for a model:\n%s", apply.Output())
	}
	apply.KillAll()
	if result := apply.Wait(); result.ExitCode != -1 {
		t.Errorf("the killed apply exited with %d:\n%s", result.ExitCode, result.Output)
	}
	if registry.ModelExists(t, model) {
		t.Error("the provider outlived the kill")
	}
	if !slices.ContainsFunc(proxy.Requests(), creates) {
		t.Error("the proxy did not record the request")
	}
}

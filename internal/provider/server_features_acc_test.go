package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// unknownPath is MLflow's answer for a path that it does not have.
func unknownPath() acctest.FaultKind {
	return acctest.Status(http.StatusNotFound, map[string]string{"Content-Type": "text/html; charset=utf-8"},
		"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>")
}

// hasWorkspaces is what a server with workspaces says of itself (MLflow 3.10).
func hasWorkspaces() acctest.FaultKind {
	return acctest.Status(http.StatusOK, map[string]string{"Content-Type": "application/json"}, `{"workspaces_enabled":true}`)
}

// inWorkspace returns a workspace of the CLI whose provider has a model in its state, and whose block will name another
// workspace of the registry, behind a proxy.
func inWorkspace(t *testing.T, name string) (*workspace, *acctest.Proxy) {
	t.Helper()
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.config(declaredModel, version("v1", source(1), stage("Production")))
	w.MustApply()
	proxy.Reset()
	w.otherAccess = true
	w.settings = "  workspace = \"" + name + "\"\n"
	if w.User.Username != "" {
		w.settings += "  username = \"" + w.User.Username + "\"\n  password = \"" + w.User.Password + "\"\n"
	}
	w.config(declaredModel, version("v1", source(1), stage("Staging")))
	return w, proxy
}

// wantRefused ends the test unless plan and apply fail with a message, the registry is not asked for a model, and the
// state keeps what is in it.
func (w *workspace) wantRefused(proxy *acctest.Proxy, message string) {
	w.t.Helper()
	plan := w.Plan()
	if plan.ExitCode != 1 {
		w.t.Fatalf("exit code %d:\n%s", plan.ExitCode, plan.Output)
	}
	wantText(w.t, plan.Output, message)
	if strings.Contains(plan.Output, "will be created") {
		w.t.Errorf("the plan takes the model for gone:\n%s", plan.Output)
	}
	if applied := w.Apply(); applied.ExitCode == 0 {
		w.t.Errorf("the apply went through:\n%s", applied.Output)
	}
	if asked := proxy.Count(acctest.Calls("registered-models/get")); asked != 0 {
		w.t.Errorf("%d requests about the model", asked)
	}
	if !strings.Contains(readFile(w.t, w.Dir, "terraform.tfstate"), w.model) {
		w.t.Error("the state has lost the model")
	}
	w.wantProduction("1")
}

// Servers before MLflow 3.10 ignore the header, and would let the provider write into their only registry.
func TestAccServerFeatures_workspaceOnAnOldServer(t *testing.T) {
	w, proxy := inWorkspace(t, "team-a")
	proxy.Fault(acctest.Calls("server-info"), unknownPath(), -1)
	w.wantRefused(proxy, `workspace "team-a" cannot be used: this server has no workspaces, it would ignore the name. They need MLflow 3.10 or newer`)
}

func TestAccServerFeatures_workspacesSwitchedOff(t *testing.T) {
	w, proxy := inWorkspace(t, "team-a")
	proxy.Fault(acctest.Calls("server-info"), acctest.Status(http.StatusOK, map[string]string{"Content-Type": "application/json"},
		`{"store_type":"SqlStore","workspaces_enabled":false}`), -1)
	w.wantRefused(proxy, `workspace "team-a" cannot be used: this server's workspaces are switched off`)
}

// A workspace that does not exist is answered with the words for a model that is gone.
func TestAccServerFeatures_missingWorkspace(t *testing.T) {
	w, proxy := inWorkspace(t, "no-such-team")
	if w.Registry.Workspace == "" { // The server has no workspaces: answer as one that has them.
		proxy.Fault(acctest.Calls("server-info"), hasWorkspaces(), -1)
		proxy.Fault(func(acctest.Request) bool { return true }, acctest.Status(http.StatusNotFound,
			map[string]string{"Content-Type": "application/json"},
			`{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Workspace 'no-such-team' not found"}`), -1)
	}
	w.wantRefused(proxy, `workspace "no-such-team" does not exist: Workspace 'no-such-team' not found`)
}

// MLflow before 2.3 has no aliases.
func TestAccServerFeatures_aliasOnAnOldServer(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(1)
	proxy := acctest.NewProxy(t, w.HTTP)
	proxy.Fault(acctest.Calls("registered-models/alias"), unknownPath(), -1)
	w.URI = proxy.URL
	w.config(alias("champion", "champion", "1"))
	refused := w.Apply()
	if refused.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", refused.Output)
	}
	wantText(t, refused.Output, "this server has no aliases of registered models: they need MLflow 2.3 or newer")
	proxy.Reset()
	w.MustApply() // Nothing was half done.
	w.emptyPlan()
}

// A refusal in plain text, as MLflow's basic authentication gives it, names the permission and takes nothing out of the
// state. (What a real server refuses to whom is tested with make test-auth.)
func TestAccServerFeatures_permissionDenied(t *testing.T) {
	denied := acctest.Status(http.StatusForbidden, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "Permission denied")
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	config := func(lines ...string) { w.config(declaredModel, version("v1", append(lines, source(1))...)) }
	config(stage("Staging"), `tags = { a = "b" }`)
	w.MustApply()
	for _, refused := range []struct{ endpoint, stage, tags, want string }{
		{"registered-models/get", "Staging", "b", "the permission READ on the registered model"},
		{"model-versions/transition-stage", "Production", "b", "the permission EDIT on the registered model"},
		{"model-versions/set-tag", "Staging", "c", "the permission EDIT on the registered model"},
	} {
		proxy.Reset()
		proxy.Fault(acctest.Calls(refused.endpoint), denied, -1)
		config(stage(refused.stage), `tags = { a = "`+refused.tags+`" }`)
		applied := w.Apply()
		if applied.ExitCode == 0 {
			t.Fatalf("%s: the apply went through:\n%s", refused.endpoint, applied.Output)
		}
		wantText(t, applied.Output, refused.want)
		w.wantStages("1", "Staging")
	}
	proxy.Reset()
	config(stage("Staging"), `tags = { a = "b" }`)
	w.emptyPlan()
}

// Registering takes EDIT, and removing a version's tag MANAGE: without it the mark of a registration stays, empty, and the
// next version of the same origin is a new one.
func TestAccServerFeatures_registeringTakesEdit(t *testing.T) {
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	proxy.Fault(acctest.Calls("model-versions/delete-tag"),
		acctest.Status(http.StatusForbidden, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "Permission denied"), -1)
	w.URI = proxy.URL
	w.config(declaredModel, version("v1", source(1)))
	if applied := w.MustApply(); strings.Contains(applied.Output, "Warning: Version") {
		t.Errorf("a warning about the tag:\n%s", applied.Output)
	}
	if mark, there := w.VersionTags(t, w.model, "1")["mlregistry.unfinished"]; !there || mark != "" {
		t.Errorf("the mark is there: %t, and says %q", there, mark)
	}
	w.emptyPlan()
	w.config(declaredModel, version("v1", source(1)), version("v2", source(1)))
	w.MustApply()
	if versions := w.Versions(t, w.model); len(versions) != 2 {
		t.Errorf("versions %v", versions)
	}
}

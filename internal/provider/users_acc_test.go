//go:build users

package provider_test

import (
	"strings"
	"testing"
)

// These tests want a server with users, started by tools/with-mlflow.sh with APP=basic-auth: nothing else refuses to
// one what it grants to another. make test-auth and make test-workspaces run them.

// newUsersWorkspace is newWorkspace on a server with users. The provider's user has no right on the model.
func newUsersWorkspace(t *testing.T) *workspace {
	t.Helper()
	w := newWorkspace(t)
	if !w.HasUsers() {
		t.Fatal("the server has no users: run make test-auth")
	}
	return w
}

// foreign makes a model of somebody else's with versions, the first of which is in Production.
func (w *workspace) foreign(count int) {
	w.t.Helper()
	w.CreateForeignModel(w.t, w.model)
	for range count {
		w.CreateVersion(w.t, w.model, "s3://pipeline/model")
	}
	w.Transition(w.t, w.model, "1", "Production", false)
}

// wantDenied ends the test unless an apply fails and says which permission is missing.
func (w *workspace) wantDenied(permission string) {
	w.t.Helper()
	applied := w.Apply()
	if applied.ExitCode == 0 {
		w.t.Fatalf("the apply went through:\n%s", applied.Output)
	}
	wantText(w.t, applied.Output, "Permission denied")
	wantText(w.t, applied.Output, "need the permission "+permission+" on the")
}

// Who may read sees the whole plan, and changes nothing.
func TestAccUsers_read(t *testing.T) {
	for name, one := range map[string]struct {
		block string
		after func(w *workspace)
	}{
		"pointer": {pointAt("2"), func(w *workspace) { w.wantStages("1", "Archived", "2", "Production") }},
		"version": {takeOver("Production"), func(w *workspace) { w.wantStages("1", "Archived", "2", "Production") }},
		"alias": {alias("champion", "champion", "2"), func(w *workspace) {
			if got := w.Aliases(w.t, w.model)["champion"]; got != "2" {
				w.t.Errorf("the alias points at %q", got)
			}
		}},
		"newVersion": {"resource \"mlregistry_model_version\" \"v3\" {\n  model_name = \"MODEL\"\n  source = \"s3://m/3\"\n  stage = \"Production\"\n}\n",
			func(w *workspace) { w.wantProduction("3") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newUsersWorkspace(t)
			w.foreign(2)
			w.Grant(t, w.model, "READ")
			w.config(one.block)
			if plan := w.Plan(); plan.ExitCode != 2 {
				t.Fatalf("the plan has exit code %d:\n%s", plan.ExitCode, plan.Output)
			}
			w.wantDenied("EDIT")
			w.wantStages("1", "Production", "2", "None")
			if versions := w.Versions(t, w.model); len(versions) != 2 {
				t.Errorf("versions %v", versions)
			}
			w.Grant(t, w.model, "EDIT") // Enough to do it, and nothing was half done.
			w.MustApply()
			one.after(w)
			w.Grant(t, w.model, "READ") // Enough to see that nothing is to be done.
			w.emptyPlan()
		})
	}
}

// Who may edit registers, tags, promotes and archives. A version's tag can't be removed, so that the mark of its
// registration stays, with nothing in it.
func TestAccUsers_edit(t *testing.T) {
	w := newUsersWorkspace(t)
	w.foreign(1)
	w.Grant(t, w.model, "EDIT")
	registered := func(lines ...string) string {
		return "resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  source = \"s3://m/2\"\n  " + strings.Join(lines, "\n  ") + "\n}\n"
	}
	w.config(registered(stage("Production"), `tags = { a = "1" }`, `description = "first"`))
	if applied := w.MustApply(); strings.Contains(applied.Output, "Warning: Version") {
		t.Errorf("a warning about the tag:\n%s", applied.Output)
	}
	w.wantStages("1", "Archived", "2", "Production")
	if mark, there := w.VersionTags(t, w.model, "2")["mlregistry.unfinished"]; !there || mark != "" {
		t.Errorf("the mark is there: %t, and says %q", there, mark)
	}
	w.emptyPlan()
	// The next version of the same origin is a new one, not one that a killed process left.
	w.config(registered(stage("Archived"), `tags = { a = "2" }`),
		strings.ReplaceAll(registered(stage("Production")), `"v2"`, `"v3"`), alias("champion", "champion", "1"))
	w.MustApply()
	w.wantStages("2", "Archived", "3", "Production")
	w.config() // Archives what it registered; the alias stays, and with it the state's word of it.
	w.wantDenied("MANAGE")
	w.wantStages("2", "Archived", "3", "Archived")
	if got := w.Aliases(t, w.model)["champion"]; got != "1" {
		t.Errorf("the alias points at %q", got)
	}
	w.Grant(t, w.model, "MANAGE")
	w.MustApply()
	w.emptyPlan()
}

// Removing a tag of a version and deleting a version take MANAGE.
func TestAccUsers_manage(t *testing.T) {
	w := newUsersWorkspace(t)
	w.foreign(1)
	w.Grant(t, w.model, "EDIT")
	block := func(lines ...string) string {
		return "resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  source = \"s3://m/2\"\n  on_destroy = \"delete\"\n  " +
			strings.Join(lines, "\n  ") + "\n}\n"
	}
	w.config(block(`tags = { a = "1" }`))
	w.MustApply()
	w.config(block())
	w.wantDenied("MANAGE")
	w.config()
	w.wantDenied("MANAGE")
	if !w.VersionExists(t, w.model, "2") {
		t.Error("the version is gone")
	}
	w.Grant(t, w.model, "MANAGE")
	w.MustApply()
	if w.VersionExists(t, w.model, "2") {
		t.Error("the version is still there")
	}
}

// What the user may not see any more is not gone: neither plan nor refresh says so.
func TestAccUsers_unreadableIsNotGone(t *testing.T) {
	w := newUsersWorkspace(t)
	w.foreign(2)
	w.Grant(t, w.model, "EDIT")
	w.config(takeOver("Staging"), pointAt("1"), alias("champion", "champion", "1"),
		"import {\n  to = mlregistry_registered_model.m\n  id = \"MODEL\"\n}\nresource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n}\n")
	w.MustApply()
	before := readFile(t, w.Dir, "terraform.tfstate")
	w.Grant(t, w.model, "DENY")
	plan := w.Plan()
	if plan.ExitCode != 1 || strings.Contains(plan.Output, "will be created") || strings.Contains(plan.Output, "has been deleted") {
		t.Fatalf("the plan has exit code %d:\n%s", plan.ExitCode, plan.Output)
	}
	for _, what := range []string{
		"Unable to read registered model", "Unable to read version 2 of model", `Unable to read alias "champion" of model`,
	} {
		wantText(t, plan.Output, what)
	}
	wantText(t, plan.Output, "need the permission READ on the registered model")
	w.wantDenied("READ")
	if after := readFile(t, w.Dir, "terraform.tfstate"); after != before {
		t.Errorf("the state has changed:\n%s", after)
	}
	w.Grant(t, w.model, "READ")
	w.emptyPlan()
}

// Creating a model takes USE on its workspace; on a server without workspaces everybody may.
func TestAccUsers_createModel(t *testing.T) {
	w := newUsersWorkspace(t)
	w.config(declaredModel, version("v1", source(1), stage("Production")))
	w.MustApply() // With the rights that the documentation asks for, and no other.
	w.emptyPlan()
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatalf("who created the model may not delete it:\n%s", destroyed.Output)
	}
	if w.Registry.Workspace == "" {
		return
	}
	w.otherAccess = true // The default workspace, where the user has no role.
	w.settings = "  username = \"" + w.User.Username + "\"\n  password = \"" + w.User.Password + "\"\n"
	w.config(declaredModel, version("v1", source(1), stage("Production")))
	if plan := w.Plan(); plan.ExitCode != 2 {
		t.Fatalf("the plan has exit code %d:\n%s", plan.ExitCode, plan.Output)
	}
	w.wantDenied("USE")
}

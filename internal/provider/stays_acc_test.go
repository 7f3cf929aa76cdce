package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// thing is what two blocks of one configuration can be about.
type thing struct {
	// address is the type, and id what an import names after the model.
	address, id string
	// beside are the blocks that it needs, and lines its own.
	beside, lines string
	// there reports whether the registry has it.
	there func(w *workspace) bool
}

// things are all that a destroy removes. A version and a model are removed only if the configuration says so.
func things() map[string]thing {
	const one = "resource \"mlregistry_model_version\" \"one\" {\n  model_name = mlregistry_registered_model.m.name\n  source = \"s3://models/1\"\n}\n"
	declared := declaredModel + one
	return map[string]thing{
		"alias": {"mlregistry_model_alias", "/champion", declared, `alias = "champion"
  version = mlregistry_model_version.one.version`, func(w *workspace) bool { return w.Aliases(w.t, w.model)["champion"] == "1" }},
		"modelTag": {"mlregistry_registered_model_tag", "/k", declared, `key = "k"
  value = "v"`, func(w *workspace) bool { return w.ModelTags(w.t, w.model)["k"] == "v" }},
		"versionTag": {"mlregistry_model_version_tag", "/1/k", declared, `key = "k"
  value = "v"
  version = mlregistry_model_version.one.version`, func(w *workspace) bool { return w.VersionTags(w.t, w.model, "1")["k"] == "v" }},
		"deletedVersion": {"mlregistry_model_version", "/2", declared, `source = "s3://models/2"
  on_destroy = "delete"
  depends_on = [mlregistry_model_version.one]`, func(w *workspace) bool { return w.VersionExists(w.t, w.model, "2") }},
		"archivedVersion": {"mlregistry_model_version", "/2", declared, `source = "s3://models/2"
  on_destroy = "archive"
  depends_on = [mlregistry_model_version.one]`, func(w *workspace) bool { return w.Stage(w.t, w.model, "2") == "None" }},
		"servingVersion": {"mlregistry_model_version", "/2", declared, `source = "s3://models/2"
  stage = "Production"
  on_destroy = "delete"
  depends_on = [mlregistry_model_version.one]`, func(w *workspace) bool { return slices.Equal(w.Holders(w.t, w.model, "Production"), []string{"2"}) }},
		"pointer": {"mlregistry_model_stage", "/Production", declared, `stage = "Production"
  version = mlregistry_model_version.one.version`, func(w *workspace) bool { return w.Stage(w.t, w.model, "1") == "Production" }},
		"model": {"mlregistry_registered_model", "", "", "", func(w *workspace) bool { return w.ModelExists(w.t, w.model) }},
		"forcedModel": {"mlregistry_registered_model", "", "", "force_destroy = true",
			func(w *workspace) bool { return w.ModelExists(w.t, w.model) }},
	}
}

// block writes a block about the thing.
func (o thing) block(name string) string {
	model := "model_name = mlregistry_registered_model.m.name"
	if o.address == "mlregistry_registered_model" {
		model = `name = "MODEL"`
	}
	return fmt.Sprintf("resource %q %q {\n  %s\n  %s\n}\n", o.address, name, model, o.lines)
}

// A block got another name, and the new address imports what the old one has, as the message "exists already" advises: it stays.
func TestAccStays_importedAtANewAddress(t *testing.T) {
	for name, each := range things() {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(each.beside, each.block("a"))
			w.MustApply()
			from := "a"
			for _, to := range []string{"b", "c"} { // In whatever order Terraform plans the two.
				w.config(each.beside, each.block(to), fmt.Sprintf("import {\n  to = %s.%s\n  id = %q\n}\n", each.address, to, w.model+each.id))
				w.applyWhatStays()
				if !each.there(w) {
					t.Fatalf("imported from %s to %s, it is gone", from, to)
				}
				w.emptyPlan()
				from = to
			}
			w.config(each.beside) // The last one takes it along.
			w.applyWhatStays()
			if each.there(w) {
				t.Error("nobody keeps it, and it is still there")
			}
		})
	}
}

// applyWhatStays plans and applies. On a busy machine Terraform may plan the destroy so long before the rest that the plan fails, as it says; the
// next one knows no more, but is in time as a rule.
func (w *workspace) applyWhatStays() {
	w.t.Helper()
	plan := w.Plan()
	for range 4 {
		if plan.ExitCode != 1 || !says("would be removed and kept at once").MatchString(plan.Output) {
			break
		}
		plan = w.Plan()
	}
	if plan.ExitCode == 1 {
		w.t.Fatal(plan.Output)
	}
	w.MustApply(plan.PlanFile)
}

// Two blocks are about one thing, and one of them goes.
func TestAccStays_oneOfTwo(t *testing.T) {
	for name, each := range things() {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(each.beside, each.block("a"))
			w.MustApply()
			both := each.block("a") + each.block("b")
			w.config(each.beside, both)
			w.MustRun("import", each.address+".b", w.model+each.id)
			w.MustApply() // What an import does not know, such as on_destroy.
			w.config(each.beside, each.block("b"))
			w.applyWhatStays()
			if !each.there(w) {
				t.Fatal("one of two was removed, and it is gone")
			}
			w.emptyPlan()
			w.config(each.beside)
			w.applyWhatStays()
			if each.there(w) {
				t.Error("nobody keeps it, and it is still there")
			}
		})
	}
}

// Whoever comes too late to be seen fails the plan; never is anything removed that another block keeps. With one request at a time, whoever
// goes may be planned first, and waits in vain.
func TestAccStays_orThePlanFails(t *testing.T) {
	for name, each := range things() {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(each.beside, each.block("a"))
			w.MustApply()
			w.config(each.beside, each.block("a")+each.block("b"))
			w.MustRun("import", each.address+".b", w.model+each.id)
			w.MustApply()
			w.config(each.beside, each.block("b"))
			plan := w.Plan("-parallelism=1")
			if plan.ExitCode == 1 {
				wantText(t, plan.Output, "would be removed and kept at once")
				wantText(t, plan.Output, "let go of it with a removed block and destroy = false")
				w.config(each.beside, each.block("b"), fmt.Sprintf("removed {\n  from = %s.a\n  lifecycle {\n    destroy = false\n  }\n}\n", each.address))
				plan = w.Plan("-parallelism=1")
			}
			w.MustApply(plan.PlanFile)
			if !each.there(w) {
				t.Fatal("one of two was removed, and it is gone")
			}
		})
	}
}

// A model that leaves one block and comes to another one is no rename: its versions would be lost.
func TestAccStays_aModelsNewName(t *testing.T) {
	w := newWorkspace(t)
	block := func(name string) string {
		return strings.ReplaceAll(declaredModel, `"m"`, fmt.Sprintf("%q", name))
	}
	w.config(block("a"))
	w.MustApply()
	w.CreateVersion(t, w.model, "s3://models/1")
	for range 4 {
		w.config(block("b"))
		plan := w.Plan()
		if plan.ExitCode != 1 {
			t.Fatalf("planned:\n%s", plan.Output)
		}
		wantText(t, plan.Output, "add a moved block from the old address to the new one")
	}
	w.config(block("b"), "moved {\n  from = mlregistry_registered_model.a\n  to = mlregistry_registered_model.b\n}\n")
	w.MustApply()
	if !w.VersionExists(t, w.model, "1") {
		t.Error("the version is gone")
	}
	w.emptyPlan()
}

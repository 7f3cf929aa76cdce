package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// actionBlock writes an action of the scenario's model.
func actionBlock(kind, name string, lines ...string) string {
	return fmt.Sprintf("action \"mlregistry_%s\" %q {\n  config {\n    model_name = \"MODEL\"\n    %s\n  }\n}\n", kind, name, strings.Join(lines, "\n    "))
}

// invoke runs an action from the command line.
func (w *workspace) invoke(address string) acctest.Result {
	w.t.Helper()
	return w.Apply("-invoke=action." + address)
}

// mustInvoke is invoke that ends the test unless it succeeds and says what is wanted.
func (w *workspace) mustInvoke(address string, want ...string) {
	w.t.Helper()
	done := w.invoke(address)
	if done.ExitCode != 0 {
		w.t.Fatalf("the action failed:\n%s", done.Output)
	}
	for _, text := range want {
		wantText(w.t, done.Output, text)
	}
}

// wantRefusal ends the test unless an action refuses, and says why.
func (w *workspace) wantRefusal(address string, want ...string) {
	w.t.Helper()
	refused := w.invoke(address)
	if refused.ExitCode == 0 {
		w.t.Fatalf("the action went through:\n%s", refused.Output)
	}
	for _, text := range want {
		wantText(w.t, refused.Output, text)
	}
}

// The night's promotion: it archives who leaves, tells so, changes no state, and is drift for the pointer until the configuration follows.
func TestAccAction_promote(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Actions)
	w := newWorkspace(t)
	w.pipeline(3)
	w.settings = `  promotion_tags = { replaced = "{replaced}" }`
	promote := func(version string, lines ...string) string {
		return actionBlock("promote", "now", append(lines, `stage = "production"`, "version = "+version)...)
	}
	w.config(pointed("1"), promote("2"))
	w.MustApply()
	w.mustInvoke("mlregistry_promote.now", "Version 2 is to get Production of model", "Version 1 has it now. The action moves it at once",
		"Version 2 holds Production of model", "Version 1 was archived.")
	w.wantStages("1", "Archived", "2", "Production")
	if got := w.VersionTags(t, w.model, "2")["replaced"]; got != "1" {
		t.Errorf("version 2 says that it replaced %q", got)
	}
	if plan := w.Plan(); plan.ExitCode != 2 || w.planned(plan.PlanFile, pointer, "archived_versions") != "[2]" {
		t.Errorf("the next plan, exit code %d:\n%s", plan.ExitCode, plan.Output)
	}
	w.config(pointed("2"), promote("3", `replaces = ["1"]`))
	w.MustApply()
	w.emptyPlan()
	w.wantRefusal("mlregistry_promote.now", "is held by version 2", "replaces does not name it. Nothing was touched.")
	w.wantProduction("2")
	w.config(pointed("2"), promote("3", `replaces = [2]`, `require_tags = { verdict = "passed" }`))
	w.wantRefusal("mlregistry_promote.now", `it has no tag "verdict", and "passed" is required`)
	w.config(pointed("2"), promote("7"))
	w.wantRefusal("mlregistry_promote.now", "has no version 7")
	w.config(pointed("2"), promote("3", `alias = "champion"`))
	if plan := w.Plan(); plan.ExitCode != 1 {
		t.Errorf("a stage and an alias are both taken:\n%s", plan.Output)
	}
	w.wantProduction("2")
}

// An alias, and the promotion that a change of another resource triggers.
func TestAccAction_promoteAlias(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Actions)
	w := newWorkspace(t)
	w.pipeline(2)
	at := func(version string) {
		w.config(actionBlock("promote", "now", `alias = "champion"`, "version = "+version), fmt.Sprintf(`resource "terraform_data" "release" {
  input = %q
  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.mlregistry_promote.now]
    }
  }
}
`, version))
	}
	for _, version := range []string{"1", "2"} {
		at(version)
		w.MustApply()
		w.wantAlias("champion", version)
	}
	w.emptyPlan()
	w.settings = "  gated_aliases = [\"champion\"]\n  require_tags = { verdict = \"passed\" }"
	at("1")
	w.wantPlanError("version", `it has no tag "verdict", and "passed" is required`)
	w.wantAlias("champion", "2")
}

// Back to who was there before: by the tag of the one that replaced it, or by the archive.
func TestAccAction_rollback(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Actions)
	w := newWorkspace(t)
	w.pipeline(4)
	back := actionBlock("rollback", "back", `stage = "Production"`)
	w.config(back)
	w.wantRefusal("mlregistry_rollback.back", "Nothing tells who had Production of model", "Nobody has it now.")
	for _, version := range []string{"1", "2", "3"} {
		w.Transition(t, w.model, version, "Production", true)
	}
	w.mustInvoke("mlregistry_rollback.back", "Version 2 was archived when version 3 was promoted.", "Version 2 holds Production of model", "Version 3 was archived.")
	w.wantStages("1", "Archived", "2", "Production", "3", "Archived")
	w.settings = `  promotion_tags = { before = "{replaced}", commit = "abc" }`
	w.config(back, pointed("4"))
	w.MustApply()
	w.SetVersionTag(t, w.model, "1", "note", "changed")
	w.Transition(t, w.model, "1", "Staging", false)
	w.Transition(t, w.model, "1", "Archived", false) // The last one that was archived, and not the one that was replaced.
	w.mustInvoke("mlregistry_rollback.back", `Version 2 was replaced by version 4, as its tag "before" says.`, "Version 2 holds Production of model")
	w.wantProduction("2")
	w.settings += "\n  require_tags = { verdict = \"passed\" }"
	w.config(back, pointed("4"))
	w.wantRefusal("mlregistry_rollback.back", `it has no tag "verdict", and "passed" is required`)
	w.wantProduction("2")
}

// What does not tell one version is no ground to promote one.
func TestAccAction_rollbackRefuses(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Actions)
	acctest.NeedsNativeStages(t)
	w := newWorkspace(t)
	w.pipeline(4)
	back := actionBlock("rollback", "back", `stage = "Production"`)
	w.config(back)
	w.Transition(t, w.model, "1", "Production", true)
	w.Transition(t, w.model, "3", "Staging", false)
	w.Transition(t, w.model, "3", "Archived", false) // It has never served.
	w.wantRefusal("mlregistry_rollback.back", "The registry does not keep it.")
	w.settings = `  promotion_tags = { before = "{replaced}" }`
	w.config(back, pointed("2"))
	w.MustApply()                                     // Says that it has replaced 1.
	w.Transition(t, w.model, "4", "Production", true) // By hand, and back:
	w.Transition(t, w.model, "2", "Production", true) // the tag says 1 still.
	w.wantRefusal("mlregistry_rollback.back", "the archive says otherwise")
	w.SetVersionTag(t, w.model, "2", "before", "")
	w.wantRefusal("mlregistry_rollback.back", "which is no version")
	w.settings += "\n  gated_aliases = [\"shadow\"]"
	w.config(back, pointed("2"))
	w.SetVersionTag(t, w.model, "2", "before", "4")
	w.wantRefusal("mlregistry_rollback.back", "may be about another stage or alias")
	w.wantProduction("2")
}

func TestAccAction_rollbackOfAnAlias(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Actions)
	w := newWorkspace(t)
	w.pipeline(2)
	back := actionBlock("rollback", "back", `alias = "champion"`)
	w.config(back, alias("champion", "champion", "1"))
	w.MustApply()
	w.wantRefusal("mlregistry_rollback.back", `Nothing tells who had the alias "champion" of model`)
	w.settings = "  gated_aliases = [\"champion\"]\n  promotion_tags = { before = \"{replaced}\" }"
	w.config(back, alias("champion", "champion", "2"))
	w.MustApply()
	w.mustInvoke("mlregistry_rollback.back", `Version 1 was replaced by version 2, as its tag "before" says.`)
	w.wantAlias("champion", "1")
}

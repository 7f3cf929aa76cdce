package provider_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// renewed writes an object of another type whose output is known only after the apply whenever release changes; it is the text then.
func renewed(text, release string) string {
	return fmt.Sprintf("resource \"terraform_data\" \"name\" {\n  input = %q\n  triggers_replace = %q\n}\n", text, release)
}

// Somebody moves an alias between the review of a plan and its apply: it is not overwritten, and not deleted.
func TestAccModelAlias_movedSinceThePlan(t *testing.T) {
	for name, test := range map[string]struct {
		to     string // where the plan moves it; empty to remove it, "new" to create it
		moves  func(w *workspace)
		says   string
		leaves map[string]string
		fails  bool
	}{
		"moved": {"2", func(w *workspace) { w.SetAlias(w.t, w.model, "champion", "3") },
			"It points at version 3 now; the plan saw version 1.", map[string]string{"champion": "3"}, true},
		"moved there": {"2", func(w *workspace) { w.SetAlias(w.t, w.model, "champion", "2") }, "Apply complete", map[string]string{"champion": "2"}, false},
		"deleted": {"2", func(w *workspace) { w.DeleteAlias(w.t, w.model, "champion") },
			"Somebody has deleted it; the plan saw version 1.", map[string]string{}, true},
		"removed": {"", func(w *workspace) { w.SetAlias(w.t, w.model, "champion", "3") },
			"It points at version 3 now; the plan saw version 1.", map[string]string{"champion": "3"}, false},
		"removed and gone":  {"", func(w *workspace) { w.DeleteAlias(w.t, w.model, "champion") }, "Apply complete", map[string]string{}, false},
		"removed unchanged": {"", func(*workspace) {}, "Apply complete", map[string]string{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(3)
			w.config(alias("champion", "champion", "1"))
			w.MustApply()
			w.config()
			if test.to != "" {
				w.config(alias("champion", "champion", test.to))
			}
			plan := w.Plan()
			test.moves(w)
			applied := w.Apply(plan.PlanFile)
			if failed := applied.ExitCode != 0; failed != test.fails {
				t.Fatalf("the apply failed: %t\n%s", failed, applied.Output)
			}
			wantText(t, applied.Output, test.says)
			w.wantAliases(test.leaves)
			if test.to != "" { // Nothing is wedged: the next plan says what it would move now, and does.
				w.MustApply()
				w.wantAliases(map[string]string{"champion": test.to})
				w.emptyPlan()
			}
		})
	}
}

// What somebody did before the plan is what the plan saw. Terraform up to 1.11 plans a destroy before it reads the object, and shows the older
// value: the destroy goes by what was shown.
func TestAccModelAlias_removedAfterDrift(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(3)
	w.config(alias("champion", "champion", "1"))
	w.MustApply()
	w.SetAlias(t, w.model, "champion", "2")
	w.config()
	if w.removed(champion, "version", "2") {
		w.wantAliases(map[string]string{})
	} else {
		w.wantAliases(map[string]string{"champion": "2"})
	}
}

// removed applies a plan that destroys an object, and reports whether the plan has shown what the registry has. Where it has not, the apply
// says that it left the object alone.
func (w *workspace) removed(address, attribute, have string) bool {
	w.t.Helper()
	plan := w.Plan()
	shown := w.planned(plan.PlanFile, address, attribute, "before") == have
	if applied := w.MustApply(plan.PlanFile); !shown {
		wantText(w.t, applied.Output, "was left alone")
	}
	return shown
}

// The plan names the version that the alias leaves, and only if it leaves one; it is no difference afterwards.
func TestAccModelAlias_previousVersion(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(3)
	step := func(blocks string, want string) {
		t.Helper()
		w.config(blocks)
		plan := w.Plan()
		if got := w.planned(plan.PlanFile, champion, "previous_version"); got != want {
			t.Errorf("previous_version is %s, want %s:\n%s", got, want, blocks)
		}
		w.MustApply(plan.PlanFile)
		w.emptyPlan()
	}
	step(alias("champion", "champion", "1"), "<nil>")
	step(alias("champion", "champion", "2"), "1")
	step(strings.Replace(alias("champion", "champion", "2"), "}\n", "  timeouts = { update = \"1m\" }\n}\n", 1), "<nil>")
	step(alias("champion", "champion", "3"), "2")
	w.SetAlias(t, w.model, "champion", "1")
	step(alias("champion", "champion", "3"), "1")
	step(declaredNew+alias("champion", "champion", "mlregistry_model_version.new.version"), "<nil>") // Known after the apply, as the version is.
	if state := w.MustRun("state", "show", "-no-color", champion).Output; !regexp.MustCompile(`previous_version += "3"`).MatchString(state) {
		t.Errorf("the alias was at version 3, and the state says:\n%s", state)
	}
}

// declaredNew registers another version of the scenario's model.
const declaredNew = "resource \"mlregistry_model_version\" \"new\" {\n  model_name = \"MODEL\"\n  source = \"s3://models/fraud/new\"\n}\n"

// A model, an alias or a key that is known only after the apply is no reason to replace: it may turn out to be the same, and create_before_destroy,
// which reaches the resource from a version that depends on it, would meet its own object.
func TestAccKnownLater(t *testing.T) {
	const after = `resource "mlregistry_model_version" "next" {
  model_name = "MODEL"
  source     = "s3://models/next/RELEASE"
  depends_on = [ADDRESS]
  lifecycle { create_before_destroy = true }
}
`
	block := func(typ string, lines ...string) string {
		return fmt.Sprintf("resource %q \"x\" {\n  %s\n}\n", typ, strings.Join(lines, "\n  "))
	}
	const unknown = "terraform_data.name.output"
	for name, test := range map[string]struct {
		typ   string
		lines []string
		// first and then are what the unknown value is; same says that the resource is about the same object again.
		first, then string
		there       func(w *workspace, now string) bool
	}{
		"alias's model": {"mlregistry_model_alias", []string{"model_name = " + unknown, `alias = "champion"`, "version = 1"}, "MODEL", "MODEL",
			func(w *workspace, _ string) bool { return w.Aliases(w.t, w.model)["champion"] == "1" }},
		"alias": {"mlregistry_model_alias", []string{`model_name = "MODEL"`, "alias = " + unknown, "version = 1"}, "one", "two",
			func(w *workspace, now string) bool {
				return fmt.Sprint(w.Aliases(w.t, w.model)) == fmt.Sprint(map[string]string{now: "1"})
			}},
		"alias and version": {"mlregistry_model_alias", []string{`model_name = "MODEL"`, "alias = " + unknown, "version = max(1, RELEASE)"}, "one", "one",
			func(w *workspace, _ string) bool { return len(w.Aliases(w.t, w.model)) == 1 }},
		"tag's model": {"mlregistry_registered_model_tag", []string{"model_name = " + unknown, `key = "k"`, `value = "v"`}, "MODEL", "MODEL",
			func(w *workspace, _ string) bool { return w.ModelTags(w.t, w.model)["k"] == "v" }},
		"tag's key": {"mlregistry_registered_model_tag", []string{`model_name = "MODEL"`, "key = " + unknown, `value = "v"`}, "one", "two",
			func(w *workspace, now string) bool {
				return fmt.Sprint(w.ModelTags(w.t, w.model)) == fmt.Sprint(map[string]string{now: "v"})
			}},
		"tag's version": {"mlregistry_model_version_tag", []string{`model_name = "MODEL"`, "version = " + unknown, `key = "k"`, `value = "v"`}, "1", "2",
			func(w *workspace, now string) bool {
				return w.VersionTags(w.t, w.model, now)["k"] == "v" && len(w.VersionTags(w.t, w.model, "1"))+len(w.VersionTags(w.t, w.model, "2")) == 1
			}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(3)
			config := func(text, release string) {
				blocks := renewed(text, release) + block(test.typ, test.lines...) + after
				w.config(strings.NewReplacer("ADDRESS", test.typ+".x", "RELEASE", release).Replace(blocks))
			}
			for index, text := range []string{test.first, test.then, test.first} {
				release := fmt.Sprint(index + 1)
				config(text, release)
				plan := w.Plan()
				if says("x must be replaced").MatchString(plan.Output) {
					t.Errorf("replaced, though nothing says that it is another one:\n%s", plan.Output)
				}
				w.MustApply(plan.PlanFile)
				if !test.there(w, strings.ReplaceAll(text, "MODEL", w.model)) {
					t.Errorf("after release %s: aliases %v, tags %v", release, w.Aliases(t, w.model), w.ModelTags(t, w.model))
				}
				w.emptyPlan()
			}
			w.MustApply("-destroy")
		})
	}
}

// An alias or a tag that is replaced as it is, by a taint or by -replace, and with create_before_destroy: it stays, or moves in one step, and no
// failure wedges it.
func TestAccReplaced_anAliasOrATag(t *testing.T) {
	const first = "lifecycle { create_before_destroy = true }"
	for _, lines := range []string{"", first} {
		for _, how := range []string{"taint", "replace"} {
			t.Run(how+" "+lines, func(t *testing.T) {
				w := newWorkspace(t)
				w.pipeline(2)
				config := func(version, value string) {
					blocks := alias("champion", "champion", version) + tagBlock(modelTag, "k", value) + tagBlock(versionTag, "k", "v")
					w.config(strings.ReplaceAll(blocks, "\n}\n", "\n  "+lines+"\n}\n"))
				}
				replace := func() []string {
					addresses := []string{champion, modelTag, versionTag}
					var args []string
					for _, address := range addresses {
						if how == "taint" {
							w.MustRun("taint", address)
						} else {
							args = append(args, "-replace="+address)
						}
					}
					return args
				}
				there := func(version, value string) {
					t.Helper()
					w.wantAliases(map[string]string{"champion": version})
					if got := w.ModelTags(t, w.model)["k"] + w.VersionTags(t, w.model, "1")["k"]; got != value+"v" {
						t.Errorf("tags: %q", got)
					}
					w.emptyPlan()
				}
				config("1", "a")
				w.MustApply()
				w.applyPlan(replace()...)
				there("1", "a")
				config("2", "a")
				w.applyPlan(replace()...) // And moved.
				there("2", "a")
				config("2", "b")
				args := replace()
				plan := w.Plan(args...)
				if applied := w.Apply(plan.PlanFile); applied.ExitCode != 0 {
					// Created first, the tag is there with a value that only the state knows.
					wantText(t, applied.Output, "if its resource is tainted, terraform untaint does")
					if how == "taint" {
						w.MustRun("untaint", modelTag)
					}
					w.MustApply()
				}
				there("2", "b")
				w.MustApply("-destroy")
				w.wantAliases(map[string]string{})
			})
		}
	}
}

// Whoever sets another value between plan and apply keeps it, also when the tag is to be removed.
func TestAccTag_changedSinceThePlan(t *testing.T) {
	onBoth(t, func(t *testing.T, o tagged) {
		w := &workspace{scenario: o.scenario, Workspace: acctest.NewWorkspace(t, "")}
		w.config(tagBlock(o.address, "k", "a"))
		w.MustApply()
		w.config(tagBlock(o.address, "k", "b"))
		plan := w.Plan()
		o.put("k", "somebody's")
		refused := w.Apply(plan.PlanFile)
		if refused.ExitCode == 0 {
			t.Fatalf("the apply went through:\n%s", refused.Output)
		}
		wantText(t, refused.Output, `Its value is "somebody's" now; the plan saw "a".`)
		w.MustApply()
		w.config()
		plan = w.Plan()
		o.put("k", "somebody's")
		wantText(t, w.MustApply(plan.PlanFile).Output, "was left alone")
		if err := o.has(map[string]string{"theirs": "x", "k": "somebody's"}).(look)(); err != nil {
			t.Error(err)
		}
		w.config(tagBlock(o.address, "k", "a"), fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", o.address, o.id+"/k"))
		w.MustApply()
		o.put("k", "drifted") // Before the plan: it is what the plan saw.
		w.config()
		left := map[string]string{"theirs": "x"}
		if !w.removed(o.address, "value", "drifted") {
			left["k"] = "drifted"
		}
		if err := o.has(left).(look)(); err != nil {
			t.Error(err)
		}
	})
}

// What is yet to be created and cannot be does not keep anybody from destroying, and the message says so.
func TestAccDestroy_besideWhatCannotBeCreated(t *testing.T) {
	for name, block := range map[string]string{
		"alias":    alias("a", "taken", "1"),
		"tag":      tagBlock(modelTag, "taken", "mine"),
		"model":    "resource \"mlregistry_registered_model\" \"x\" {\n  name = \"MODEL-taken\"\n}\n",
		"pointer":  serving("a", 7),
		"version":  adopted("a", 7),
		"no model": "resource \"mlregistry_model_version\" \"x\" {\n  model_name = \"MODEL-nowhere\"\n  source = \"s3://x/1\"\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			if name == "no model" {
				w.Needs(t, acctest.MissingModels)
			}
			w.config(declaredModel, version("v1", source(1)))
			w.MustApply()
			w.SetAlias(t, w.model, "taken", "1")
			w.SetModelTag(t, w.model, "taken", "theirs")
			if name == "model" {
				w.CreateModel(t, w.model+"-taken")
			}
			w.config(declaredModel, version("v1", source(1)), block)
			refused := w.Destroy()
			if refused.ExitCode == 0 {
				t.Fatalf("destroyed:\n%s", refused.Output)
			}
			wantText(t, refused.Output, "terraform destroy -refresh=false plans only what is destroyed.")
			if destroyed := w.Destroy("-refresh=false"); destroyed.ExitCode != 0 {
				t.Fatal(destroyed.Output)
			}
			if w.ModelExists(t, w.model) {
				t.Error("the model is still there")
			}
			if name == "model" && !w.ModelExists(t, w.model+"-taken") {
				t.Error("somebody else's model is gone")
			}
		})
	}
}

// The version of an alias is deleted. MLflow before 3.17 keeps the alias: that is a difference, and the messages say what to do.
func TestAccModelAlias_leadsNowhere(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(3)
	w.config(alias("champion", "champion", "1"))
	w.MustApply()
	w.DeleteVersion(t, w.model, "1")
	plan := w.Plan()
	if plan.ExitCode != 1 {
		t.Fatalf("planned:\n%s", plan.Output)
	}
	if w.Has(t, acctest.AliasesFollow) {
		wantText(t, plan.Output, "has no version 1")
	} else {
		wantText(t, plan.Output, "leads nowhere")
		wantText(t, plan.Output, "Point it at another version, or remove this resource, which deletes the alias.")
		w.MustApply("-refresh-only") // It stays a difference once the state shows it.
		wantText(t, w.Plan().Output, "leads nowhere")
	}
	w.config(alias("champion", "champion", "2"))
	w.applyPlan()
	w.wantAliases(map[string]string{"champion": "2"})
	w.emptyPlan()
	w.DeleteVersion(t, w.model, "2")
	w.config()
	w.applyPlan()
	w.wantAliases(map[string]string{})
	if got := w.Versions(t, w.model); !slices.Equal(got, []string{"3"}) {
		t.Errorf("versions: %v", got)
	}
}

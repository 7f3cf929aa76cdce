package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// otherSpellings are names that a database takes for name if it does not tell letter case, accents and trailing blanks apart, as MySQL
// and MariaDB do not unless told to.
func otherSpellings(name string) []string {
	return []string{strings.ToUpper(name), strings.Replace(name, "a", "á", 1)}
}

// A name in another spelling is another model where the database tells them apart, and where it does not, it is an error of the plan
// that names the registry's spelling: nothing is created under the one name, archived, moved or deleted under the other.
func TestAccSpelling_ofModels(t *testing.T) {
	s := newScenario(t)
	exact := s.Has(t, acctest.ExactNames)
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/fraud/1")
	s.CreateVersion(t, s.model, "s3://models/fraud/2")
	s.Transition(t, s.model, "1", "Production", false)
	before := s.Dump(t, s.model)
	for _, other := range otherSpellings(s.model) {
		for kind, block := range map[string]string{
			"registered_model":     fmt.Sprintf("name = %q", other),
			"model_version":        fmt.Sprintf("model_name = %q\n  source = \"s3://models/fraud/3\"\n  stage = \"Production\"", other),
			"adopted":              fmt.Sprintf("model_name = %q\n  version = 2\n  stage = \"Production\"", other),
			"model_stage":          fmt.Sprintf("model_name = %q\n  stage = \"Production\"\n  version = 2", other),
			"model_alias":          fmt.Sprintf("model_name = %q\n  alias = \"champion\"\n  version = 2", other),
			"registered_model_tag": fmt.Sprintf("model_name = %q\n  key = \"team\"\n  value = \"risk\"", other),
			"model_version_tag":    fmt.Sprintf("model_name = %q\n  version = 2\n  key = \"team\"\n  value = \"risk\"", other),
		} {
			kind = strings.Replace(kind, "adopted", "model_version", 1)
			w := &workspace{s, acctest.NewWorkspace(t, "")}
			w.config(fmt.Sprintf("resource \"mlregistry_%s\" \"r\" {\n  %s\n}\n", kind, block))
			plan := w.Plan()
			switch {
			case !exact:
				wantText(t, plan.Output, fmt.Sprintf("the registry writes the name of this model %q, and not %q", s.model, other))
				wantText(t, plan.Output, "Write the name as the registry does.")
				w.Import(t, kind, other)
			case kind == "registered_model" && plan.ExitCode != 2:
				t.Errorf("another model cannot be planned:\n%s", plan.Output)
			case kind != "registered_model":
				wantText(t, plan.Output, "does not exist")
			}
		}
	}
	if after := s.Dump(t, s.model); after != before {
		t.Errorf("the model is\n%s\nand was\n%s", after, before)
	}
}

// Import makes sure that an import under another spelling ends in the same error: it would bring an object into the state whose plan
// deletes the registry's.
func (w *workspace) Import(t *testing.T, kind, name string) {
	t.Helper()
	id := map[string]string{
		"registered_model": name, "model_version": name + "/2", "model_stage": name + "/Production", "model_alias": name + "/champion",
		"registered_model_tag": name + "/team", "model_version_tag": name + "/2/team",
	}[kind]
	imported := w.Run("import", "-no-color", "-input=false", "mlregistry_"+kind+".r", id)
	if imported.ExitCode == 0 {
		t.Errorf("%s was imported:\n%s", id, imported.Output)
	}
}

// The same for aliases and keys of tags, by a resource of their own or in tags.
func TestAccSpelling_ofAliasesAndTags(t *testing.T) {
	s := newScenario(t)
	exact := s.Has(t, acctest.ExactNames)
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/fraud/1")
	s.CreateVersion(t, s.model, "s3://models/fraud/2")
	s.SetAlias(t, s.model, "Champion", "1")
	s.SetModelTag(t, s.model, "Team", "risk")
	s.SetVersionTag(t, s.model, "2", "Team", "risk")
	before := s.Dump(t, s.model)
	for name, test := range map[string]struct{ block, object, found, wanted string }{
		"alias":       {"resource \"mlregistry_model_alias\" \"r\" {\n  model_name = \"MODEL\"\n  alias = \"champion\"\n  version = 2\n}\n", "alias", "Champion", "champion"},
		"model tag":   {"resource \"mlregistry_registered_model_tag\" \"r\" {\n  model_name = \"MODEL\"\n  key = \"team\"\n  value = \"fraud\"\n}\n", "tag", "Team", "team"},
		"version tag": {"resource \"mlregistry_model_version_tag\" \"r\" {\n  model_name = \"MODEL\"\n  version = 2\n  key = \"TEAM\"\n  value = \"fraud\"\n}\n", "tag", "Team", "TEAM"},
		"tags":        {"resource \"mlregistry_model_version\" \"r\" {\n  model_name = \"MODEL\"\n  version = 2\n  tags = { team = \"fraud\" }\n}\n", "tag", "Team", "team"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workspace{s, acctest.NewWorkspace(t, "")}
			w.config(test.block)
			plan := w.Plan()
			if exact {
				wantText(t, plan.Output, fmt.Sprintf("The %s %q looks like %q, which exists", test.object, test.wanted, test.found))
				if plan.ExitCode != 2 {
					t.Errorf("the plan ends with %d:\n%s", plan.ExitCode, plan.Output)
				}
				return
			}
			wantText(t, plan.Output, fmt.Sprintf("The registry has the %s %q, and takes %q for the same", test.object, test.found, test.wanted))
			if applied := w.Apply(); applied.ExitCode == 0 {
				t.Errorf("the apply went through:\n%s", applied.Output)
			}
		})
	}
	if after := s.Dump(t, s.model); after != before {
		t.Errorf("the model is\n%s\nand was\n%s", after, before)
	}
	if !exact {
		return
	}
	// Both exist where both may, and a second plan says nothing of it.
	w := &workspace{s, acctest.NewWorkspace(t, "")}
	w.config("resource \"mlregistry_model_alias\" \"r\" {\n  model_name = \"MODEL\"\n  alias = \"champion\"\n  version = 2\n}\n")
	w.MustApply()
	w.emptyPlan()
	if aliases := s.Aliases(t, s.model); aliases["Champion"] != "1" || aliases["champion"] != "2" {
		t.Errorf("aliases %v", aliases)
	}
}

// The same for promotion tags, which the apply writes on the version that is promoted.
func TestAccSpelling_ofPromotionTags(t *testing.T) {
	s := newScenario(t)
	exact := s.Has(t, acctest.ExactNames)
	s.settings = "  promotion_tags = { team = \"risk\", TEAM = \"risk\", new = \"x\" }"
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/fraud/1")
	s.SetVersionTag(t, s.model, "1", "Team", "pipeline")
	s.CreateVersion(t, s.model, "s3://models/fraud/2")
	s.Transition(t, s.model, "2", "Production", false)
	const adopted, pointer = "resource \"mlregistry_model_version\" \"r\" {\n  model_name = \"MODEL\"\n  version = 1\n", "resource " +
		"\"mlregistry_model_stage\" \"r\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n"
	w := &workspace{s, acctest.NewWorkspace(t, "")}
	w.config(adopted + "}\n")
	w.MustApply()
	ofPointer := &workspace{s, acctest.NewWorkspace(t, "")}
	ofPointer.config(pointer + "  version = 2\n}\n")
	ofPointer.MustApply()
	before := s.Dump(t, s.model)
	for name, test := range map[string]struct {
		w     *workspace
		block string
	}{
		"new version":    {&workspace{s, acctest.NewWorkspace(t, "")}, adopted + "  stage = \"Production\"\n}\n"},
		"stored version": {w, adopted + "  stage = \"Production\"\n}\n"},
		"stored pointer": {ofPointer, pointer + "  version = 1\n}\n"},
	} {
		w := test.w
		w.config(test.block)
		plan := w.Plan()
		for _, key := range []string{"team", "TEAM"} {
			if exact {
				wantText(t, plan.Output, fmt.Sprintf(`The tag %q looks like "Team", which exists`, key))
			} else {
				wantText(t, plan.Output, fmt.Sprintf(`The registry has the tag "Team", and takes %q for the same`, key))
			}
		}
		if exact == (plan.ExitCode == 1) || strings.Contains(plan.Output, `The tag "new"`) {
			t.Errorf("%s: the plan ends with %d:\n%s", name, plan.ExitCode, plan.Output)
		}
	}
	if after := s.Dump(t, s.model); after != before {
		t.Errorf("the model is\n%s\nand was\n%s", after, before)
	}
	if !exact {
		return
	}
	ofPointer.MustApply()
	ofPointer.emptyPlan()
	want := map[string]string{"Team": "pipeline", "team": "risk", "TEAM": "risk", "new": "x"}
	if tags := s.VersionTags(t, s.model, "1"); !maps.Equal(tags, want) {
		t.Errorf("tags %v, want %v", tags, want)
	}
}

// What a state holds under another spelling, from before it was looked at, is not destroyed: the model in the registry has another
// name, and its versions with it.
func TestAccSpelling_stateUnderAnotherName(t *testing.T) {
	s := newScenario(t)
	exact := s.Has(t, acctest.ExactNames)
	other := strings.ToUpper(s.model)
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/fraud/1")
	before := s.Dump(t, s.model)
	w := &workspace{s, acctest.NewWorkspace(t, "")}
	w.config(fmt.Sprintf("resource \"mlregistry_registered_model\" \"r\" {\n  name = %q\n  force_destroy = true\n}\n", other))
	w.Write("terraform.tfstate", fmt.Sprintf(`{"version": 4, "serial": 1, "lineage": "a", "resources": [{"mode": "managed", "type": "mlregistry_registered_model",
		"name": "r", "provider": "provider[\"registry.terraform.io/mlregistry/mlregistry\"]", "instances": [{"schema_version": 0,
		"attributes": {"name": %q, "description": null, "tags": null, "force_destroy": true, "timeouts": null}}]}]}`, other))
	if !exact {
		for _, destroyed := range []acctest.Result{w.Destroy(), w.Run("apply", "-destroy", "-auto-approve", "-refresh=false", "-no-color", "-input=false")} {
			if destroyed.ExitCode == 0 {
				t.Errorf("it was destroyed:\n%s", destroyed.Output)
			}
			wantText(t, destroyed.Output, fmt.Sprintf("the registry writes the name of this model %q, and not %q", s.model, other))
		}
	}
	if after := s.Dump(t, s.model); after != before {
		t.Errorf("the model is\n%s\nand was\n%s", after, before)
	}
}

// A registry of another make that trims texts, or keeps aliases in lower case: no real one can be had here, so that a proxy stands for
// it. Nobody else is blamed for what it does.
func TestAccSpelling_textsThatComeBackOtherwise(t *testing.T) {
	w := newWorkspace(t)
	proxy := w.proxied()
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	proxy.Fault(acctest.Calls("registered-models/create"), acctest.RewriteRequest(`scoring.\n`, `scoring.`), -1)
	proxy.Fault(acctest.Calls("registered-models/alias"), acctest.RewriteRequest(`Champion`, `champion`), -1)
	w.config("resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL-x\"\n  description = <<-EOT\n    Card fraud scoring.\n  EOT\n}\n")
	applied := w.Apply()
	wantText(t, applied.Output, `The registry keeps description of registered model "`+w.model+`-x" in another form`)
	wantText(t, applied.Output, "chomp() takes off the line break with which a heredoc ends")
	if applied.ExitCode != 0 || says("Somebody else").MatchString(applied.Output) {
		t.Errorf("exit code %d:\n%s", applied.ExitCode, applied.Output)
	}
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatal(destroyed.Output)
	}
	w.config("resource \"mlregistry_model_alias\" \"a\" {\n  model_name = \"MODEL\"\n  alias = \"Champion\"\n  version = 1\n}\n")
	refused := w.Apply()
	wantText(t, refused.Output, `The registry keeps the alias "Champion" of model "`+w.model+`" as "champion"`)
	if refused.ExitCode == 0 || says("somebody else").MatchString(refused.Output) {
		t.Errorf("exit code %d:\n%s", refused.ExitCode, refused.Output)
	}
}

// Terraform composes all its texts. A model whose name is decomposed in the registry, as macOS writes it, is told from one that is
// not there.
func TestAccSpelling_decomposedNames(t *testing.T) {
	w := newWorkspace(t)
	w.Needs(t, acctest.ExactNames)
	composed, decomposed := w.model+"caf\u00e9", w.model+"cafe\u0301"
	w.CreateForeignModel(t, decomposed)
	w.config(fmt.Sprintf("resource \"mlregistry_registered_model\" \"m\" {\n  name = %q\n}\n", composed))
	for _, result := range []acctest.Result{w.Plan(), w.Run("import", "-no-color", "-input=false", "mlregistry_registered_model.m", decomposed)} {
		wantText(t, result.Output, "with decomposed letters (Unicode NFD")
		if result.ExitCode != 1 {
			t.Errorf("exit code %d", result.ExitCode)
		}
	}
}

package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const champion = "mlregistry_model_alias.champion"

// alias writes an alias block of the scenario's model.
func alias(name, alias, version string) string {
	return fmt.Sprintf("resource \"mlregistry_model_alias\" %q {\n  model_name = \"MODEL\"\n  alias = %q\n  version = %s\n}\n", name, alias, version)
}

func (s *scenario) aliases(want map[string]string) statecheck.StateCheck {
	return s.compares("aliases", func() any { return s.Aliases(s.t, s.model) }, want)
}

func TestAccModelAlias_life(t *testing.T) {
	s := newScenario(t)
	s.pipeline(3)
	s.SetAlias(t, s.model, "challenger", "3")
	others := func(version string) map[string]string {
		return map[string]string{"challenger": "3", "champion": version}
	}
	afterItsVersion := creates(champion)
	if !s.Has(t, acctest.AliasesFollow) {
		afterItsVersion = updates(champion)
	}
	s.run(
		resource.TestStep{
			Config: s.hcl(alias("champion", "champion", "1")), ConfigPlanChecks: before(creates(champion)),
			ConfigStateChecks: []statecheck.StateCheck{stateHas(champion, "version", "1"), s.aliases(others("1"))},
		},
		resource.TestStep{ // Moves in place; the plan names the version that it leaves.
			Config:            s.hcl(alias("champion", "champion", `"2"`)),
			ConfigPlanChecks:  before(updates(champion), changesOnly{champion, []string{"version", "previous_version"}}, planHas(champion, "previous_version", "1")),
			ConfigStateChecks: []statecheck.StateCheck{s.aliases(others("2"))},
		},
		resource.TestStep{ResourceName: champion, ImportState: true, ImportStateId: s.model + "/champion", ImportStateVerify: true,
			ImportStateVerifyIdentifierAttribute: "alias", ImportStateVerifyIgnore: []string{"previous_version"}},
		resource.TestStep{ResourceName: champion, ImportState: true, ImportStateId: s.model + "/nobody", ExpectError: says("The registry has no alias \"nobody\"")},
		resource.TestStep{ResourceName: champion, ImportState: true, ImportStateId: s.model, ExpectError: says("is not of the form MODEL/ALIAS")},
		resource.TestStep{ // Drift.
			PreConfig: func() { s.SetAlias(t, s.model, "champion", "3") }, Config: s.hcl(alias("champion", "champion", "2")),
			ConfigPlanChecks:  before(updates(champion), changedOutside{champion, "version", knownvalue.StringExact("3")}),
			ConfigStateChecks: []statecheck.StateCheck{s.aliases(others("2"))},
		},
		resource.TestStep{ // Disappeared, alone and with its version.
			PreConfig: func() { s.DeleteAlias(t, s.model, "champion") }, Config: s.hcl(alias("champion", "champion", "2")),
			ConfigPlanChecks: before(creates(champion)), ConfigStateChecks: []statecheck.StateCheck{s.aliases(others("2"))},
		},
		resource.TestStep{
			PreConfig: func() { s.DeleteVersion(t, s.model, "2") }, Config: s.hcl(alias("champion", "champion", "1")),
			ConfigPlanChecks: before(afterItsVersion), ConfigStateChecks: []statecheck.StateCheck{s.aliases(others("1"))},
		},
		resource.TestStep{ // Another name is another alias.
			Config:            s.hcl(alias("champion", "Champion", "1")),
			ConfigPlanChecks:  before(plancheck.ExpectResourceAction(champion, plancheck.ResourceActionDestroyBeforeCreate)),
			ConfigStateChecks: []statecheck.StateCheck{s.aliases(map[string]string{"challenger": "3", "Champion": "1"})},
		},
		resource.TestStep{ // Deleting it deletes the alias only.
			Config: s.hcl(), ConfigStateChecks: []statecheck.StateCheck{
				s.aliases(map[string]string{"challenger": "3"}), s.versionExists("1", true)},
		},
	)
}

// The move is one request, so that there is no moment without the alias.
func TestAccModelAlias_movesInOneRequest(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	w.config(alias("champion", "champion", "1"))
	w.MustApply()
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.config(alias("champion", "champion", "2"))
	w.MustApply()
	var changes []string
	for _, request := range proxy.Requests() {
		if request.Method != http.MethodGet {
			changes = append(changes, request.Method+" "+request.Path[strings.Index(request.Path, "mlflow/")+len("mlflow/"):])
		}
	}
	if want := []string{"POST registered-models/alias"}; !slices.Equal(changes, want) {
		t.Errorf("the alias moved by %v, want %v", changes, want)
	}
	w.wantAliases(map[string]string{"champion": "2"})
}

func TestAccModelAlias_neverTakesOver(t *testing.T) {
	s := newScenario(t)
	s.pipeline(2)
	s.SetAlias(t, s.model, "champion", "1")
	s.run(
		resource.TestStep{Config: s.hcl(alias("champion", "champion", "2")),
			ExpectError: says("It points at version 1, it is not in this Terraform state, and it was left as it is. To manage it here, import it:")},
		resource.TestStep{Config: s.hcl(alias("champion", "champion", "1")), // Where it points at the same version, too.
			ExpectError: says("It points at version 1, it is not in this Terraform state, and it was left as it is. To manage it here, import it:")},
		resource.TestStep{
			Config:           s.hcl(alias("champion", "champion", "1"), "import {\n  to = mlregistry_model_alias.champion\n  id = \"MODEL/champion\"\n}\n"),
			ConfigPlanChecks: before(keeps(champion)), ConfigStateChecks: []statecheck.StateCheck{s.aliases(map[string]string{"champion": "1"})},
		},
	)
}

func TestAccModelAlias_badInput(t *testing.T) {
	s := newScenario(t)
	s.pipeline(1)
	for name, message := range map[string]string{
		"latest": "it always means the newest version", "v5": "they always mean the version of that number",
		"a b": "letters, digits, underscores and dashes", "": "an alias must not be empty",
	} {
		t.Run("alias "+name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(alias("champion", name, "1"))
			w.wantPlanError("alias", message)
		})
	}
	s.run(
		resource.TestStep{Config: s.hcl(alias("champion", "champion", "7")), ExpectError: says("The newest version is 1.")},
		resource.TestStep{Config: s.hcl(alias("champion", "champion", "1"), alias("again", "champion", "1")), ExpectError: says("Keep one of the two resources.")},
	)
	if got := s.Aliases(t, s.model); len(got) != 0 {
		t.Errorf("aliases: %v", got)
	}
}

// An alias of a version that the same apply registers, and the replacement of both.
func TestAccModelAlias_versionUnknownAtPlan(t *testing.T) {
	w := newWorkspace(t)
	config := func(number int) {
		w.config(declaredModel, version("new", source(number), "lifecycle { create_before_destroy = true }"),
			alias("champion", "champion", "mlregistry_model_version.new.version"))
	}
	config(1)
	w.MustApply()
	config(2)
	w.MustApply()
	w.emptyPlan()
	w.MustApply("-replace=" + champion)
	if err := w.aliases(map[string]string{"champion": "2"}).(look)(); err != nil {
		t.Error(err)
	}
	w.emptyPlan()
}

package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// aliasWith is alias with more lines in its block.
func aliasWith(version string, lines ...string) string {
	return strings.TrimSuffix(alias("champion", "champion", version), "}\n") + "  " + strings.Join(lines, "\n  ") + "\n}\n"
}

// An alias asks for the tags of the version that is to get it: its own in every case, and the provider's if it is one of gated_aliases.
func TestAccModelAlias_requireTags(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(3)
	w.settings = "  require_tags = { validation_status = \"passed\" }"
	w.config(alias("champion", "champion", "1"))
	w.MustApply() // No alias is gated unless it is named.
	w.config(aliasWith("2", `require_tags = { bias = "checked" }`))
	w.wantPlanError("version", `may not get the alias "champion": it has no tag "bias", and "checked" is required. Nothing was touched.`)
	w.settings += "\n  gated_aliases = [\"champion\", \"live\"]"
	w.config(aliasWith("2", `require_tags = { bias = "checked" }`))
	w.wantPlanError("version", `it has no tag "bias", and "checked" is required; it has no tag "validation_status", and "passed" is required`)
	w.config(alias("other", "other", "2"), alias("champion", "champion", "1"))
	w.MustApply() // The other alias is none of them, and champion has its version already.
	w.SetVersionTag(t, w.model, "2", "validation_status", "passed")
	w.SetVersionTag(t, w.model, "2", "bias", "checked")
	w.config(alias("other", "other", "2"), aliasWith("2", `require_tags = { bias = "checked" }`))
	plan := w.Plan()
	w.SetVersionTag(t, w.model, "2", "validation_status", "withdrawn")
	refused := w.Apply(plan.PlanFile)
	if refused.ExitCode == 0 {
		t.Fatalf("the verdict was withdrawn between plan and apply:\n%s", refused.Output)
	}
	wantText(t, refused.Output, `its tag "validation_status" is "withdrawn", and "passed" is required. Nothing was touched.`)
	w.wantAliases(map[string]string{"champion": "1", "other": "2"})
	w.SetVersionTag(t, w.model, "2", "validation_status", "passed")
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "2", "other": "2"})
	w.SetVersionTag(t, w.model, "2", "validation_status", "withdrawn") // The one that has the alias is not asked.
	w.emptyPlan()
	w.config(alias("other", "other", "2"), aliasWith("2", `require_tags = { bias = "again" }`))
	w.MustApply()
	w.emptyPlan()
}

// Only a READY version gets an alias. MLflow has no request that makes a version otherwise: the answer is changed on its way.
func TestAccModelAlias_ready(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	for _, status := range []string{"PENDING_REGISTRATION", "FAILED_REGISTRATION"} {
		proxy.Reset()
		proxy.Fault(acctest.Calls("model-versions/get"), acctest.Rewrite(`READY"`, status+`"`), -1)
		proxy.Fault(acctest.Calls("model-versions/search"), acctest.Rewrite(`READY"`, status+`"`), -1)
		w.config(alias("champion", "champion", "1"))
		w.wantPlanError("version", "is "+status+", not READY")
	}
	proxy.Reset()
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "1"})
}

// promotedWithOf returns the keys of promoted_with in the state.
func (w *workspace) promotedWithOf(address string) []string {
	w.t.Helper()
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string
					Values  struct {
						Keys []string `json:"promoted_with"`
					}
				}
			} `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(w.MustRun("show", "-json").Output), &state); err != nil {
		w.t.Fatal(err)
	}
	for _, found := range state.Values.RootModule.Resources {
		if found.Address == address {
			return found.Values.Keys
		}
	}
	return nil
}

// The version that gets an alias is told so: by the alias's own promotion tags, and by the provider's for gated aliases. Tags that cannot be
// written do not undo the move: the next apply writes them.
func TestAccModelAlias_promotionTags(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	w := newWorkspace(t)
	w.pipeline(3)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.settings = `  promotion_tags = { commit = "aaa", said = "{stage} from {from}, after {replaced}" }
  gated_aliases  = ["champion"]`
	w.config(alias("champion", "champion", "1"), alias("other", "other", "1"))
	w.MustApply()
	if got, want := w.VersionTags(t, w.model, "1"), map[string]string{"commit": "aaa", "said": "champion from , after "}; !equalTags(got, want) {
		t.Errorf("tags of version 1: %v, want %v", got, want)
	}
	if got, want := w.promotedWithOf(champion), []string{"commit", "said"}; !slices.Equal(got, want) {
		t.Errorf("promoted_with: %v, want %v", got, want)
	}
	if got := w.promotedWithOf("mlregistry_model_alias.other"); len(got) != 0 {
		t.Errorf("promoted_with of an alias that is not gated: %v", got)
	}
	w.settings = strings.Replace(w.settings, "aaa", "bbb", 1)
	w.config(aliasWith("1", `promotion_tags = { actor = "ci", at = "{time}" }`), alias("other", "other", "1"))
	w.emptyPlan() // Other values alone are no difference.
	w.config(aliasWith("2", `promotion_tags = { actor = "ci", at = "{time}" }`), alias("other", "other", "1"))
	proxy.Fault(setsTag("commit"), acctest.Status(403, nil, "no"), 1)
	applied := w.MustApply()
	wantText(t, applied.Output, `The version was promoted and has the alias "champion", but it lacks its promotion tags commit, said.`)
	w.wantAliases(map[string]string{"champion": "2", "other": "1"})
	if got, want := w.promotedWithOf(champion), []string{"actor", "at"}; !slices.Equal(got, want) {
		t.Errorf("promoted_with after a failure: %v, want %v", got, want)
	}
	plan := w.Plan()
	if w.planned(plan.PlanFile, champion, "previous_version") != "<nil>" {
		t.Errorf("a plan that moves nothing names a previous version:\n%s", plan.Output)
	}
	w.MustApply(plan.PlanFile)
	tags := w.VersionTags(t, w.model, "2")
	if tags["commit"] != "bbb" || tags["said"] != "champion from , after 1" || tags["actor"] != "ci" || !strings.HasPrefix(tags["at"], "20") {
		t.Errorf("tags of version 2: %v", tags)
	}
	if got, want := w.promotedWithOf(champion), []string{"actor", "at", "commit", "said"}; !slices.Equal(got, want) {
		t.Errorf("promoted_with: %v, want %v", got, want)
	}
	w.emptyPlan()
}

func equalTags(one, other map[string]string) bool { return fmt.Sprint(one) == fmt.Sprint(other) }

// on_destroy = "retain" leaves the alias when the resource goes, by a destroy, by a replacement, and when another block takes it.
func TestAccModelAlias_onDestroy(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	w.config(aliasWith("1", `on_destroy = "retain"`))
	w.MustApply()
	w.config(strings.Replace(aliasWith("1", `on_destroy = "retain"`), `"champion" {`, `"renamed" {`, 1))
	w.MustApply() // Without a moved block: one block lets go, the other takes it.
	w.wantAliases(map[string]string{"champion": "1"})
	w.emptyPlan()
	w.config(strings.Replace(alias("champion", "champion", "1"), `"champion" {`, `"renamed" {`, 1))
	w.MustApply()
	w.config(strings.Replace(aliasWith("1", `on_destroy = "retain"`), `"champion" {`, `"renamed" {`, 1))
	w.MustApply()
	w.config()
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "1"})
	w.config(alias("champion", "champion", "1"), fmt.Sprintf("import {\n  to = %s\n  id = \"MODEL/champion\"\n}\n", champion))
	plan := w.Plan()
	if strings.Contains(plan.Output, "will be updated") {
		t.Errorf("the import of an alias is a change:\n%s", plan.Output)
	}
	w.MustApply(plan.PlanFile)
	w.config()
	w.MustApply() // The default removes it.
	w.wantAliases(map[string]string{})
	w.config(aliasWith("1", `on_destroy = "archive"`))
	w.wantPlanError("on_destroy", "remove")
}

// The move of an alias by a plan that was reviewed is three requests: look, set, look; a gate asks for the version besides.
func TestAccModelAlias_requests(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"plain": {nil, "GET get, POST alias, GET get"},
		"gated": {[]string{`require_tags = { verdict = "passed" }`}, "GET model-versions/get, GET get, POST alias, GET get"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.Needs(t, acctest.FreshReads) // What is not shown at once is read again.
			w.pipeline(2)
			for _, number := range []string{"1", "2"} {
				w.SetVersionTag(t, w.model, number, "verdict", "passed")
			}
			w.config(aliasWith("1", test.lines...))
			w.MustApply()
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.config(aliasWith("2", test.lines...))
			plan := w.Plan()
			proxy.Reset()
			w.MustApply(plan.PlanFile)
			var calls []string
			for _, request := range proxy.Requests() {
				_, call, _ := strings.Cut(request.Path, "mlflow/")
				asksForWorkspace := w.Registry.Workspace != "" && call == "model-versions/search"
				if call != "server-info" && !asksForWorkspace {
					calls = append(calls, request.Method+" "+strings.TrimPrefix(call, "registered-models/"))
				}
			}
			want := test.want
			if !acctest.CLIHas(t, acctest.KnownApply) { // The plan that the apply makes again looks for the version.
				want = "GET model-versions/get, " + want
			}
			if got := strings.Join(calls, ", "); got != want {
				t.Errorf("the move asks for %s, want %s", got, want)
			}
		})
	}
}

// Whoever loads the model by its alias finds one throughout twenty moves.
func TestAccModelAlias_neverGone(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	w.config(alias("champion", "champion", "1"))
	w.MustApply()
	watcher := &watch{acctest.WatchAlias(t, w.Registry, w.model, "champion")}
	for move := range 20 {
		w.config(alias("champion", "champion", fmt.Sprint(2-move%2)))
		w.MustApply()
	}
	if err := watcher.stop(1, 1); err != nil {
		t.Error(err)
	}
	t.Logf("%d reads saw the alias at one version each", watcher.Reads())
}

// An outage right after the move: the alias is in the state, as it was set, and nothing is tainted or somebody else's afterwards.
func TestAccModelAlias_unreadAfterTheMove(t *testing.T) {
	for _, first := range []bool{true, false} {
		t.Run(map[bool]string{true: "created", false: "moved"}[first], func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(2)
			if !first {
				w.config(alias("champion", "champion", "1"))
				w.MustApply()
			}
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.settings = "  max_retries = 0\n  backoff_factor = 0\n  backoff_jitter = 0"
			w.config(alias("champion", "champion", "2"))
			plan := w.Plan()
			proxy.OnRequest(func(request acctest.Request) {
				if request.Method == http.MethodPost {
					proxy.Fault(acctest.Calls("registered-models/get"), acctest.Status(503, nil, "over"), -1)
				}
			})
			applied := w.MustApply(plan.PlanFile)
			wantText(t, applied.Output, "could not be read back")
			proxy.Reset()
			w.wantAliases(map[string]string{"champion": "2"})
			w.emptyPlan()
		})
	}
}

// The address by which consumers load what a resource is about is known in the plan wherever the parts of it are.
func TestAccModelURI(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(1)
	w.config(adopted("v1", 1), pointed("1"), alias("champion", "champion", "1"), declaredNew)
	plan := w.Plan()
	for address, want := range map[string]string{
		v1: w.model + "/1", pointer: w.model + "/Production", champion: w.model + "@champion",
	} {
		if got := w.planned(plan.PlanFile, address, "model_uri"); got != "models:/"+want {
			t.Errorf("model_uri of %s is planned as %s", address, got)
		}
	}
	w.MustApply(plan.PlanFile)
	state := w.MustRun("state", "show", "-no-color", "mlregistry_model_version.new").Output
	wantText(t, state, fmt.Sprintf("%q", "models:/"+w.model+"/2"))
	w.wantQuiet()
}

// Two configurations with a state each have imported one alias. A plan of the one that was made before the other moved it is refused, and its
// destroy leaves the alias alone.
func TestAccModelAlias_twoStates(t *testing.T) {
	first := newWorkspace(t)
	first.pipeline(3)
	first.config(alias("champion", "champion", "1"))
	first.MustApply()
	second := &workspace{scenario: first.scenario, Workspace: acctest.NewWorkspace(t, "")}
	second.config(alias("champion", "champion", "1"), fmt.Sprintf("import {\n  to = %s\n  id = \"MODEL/champion\"\n}\n", champion))
	second.MustApply()
	second.config(alias("champion", "champion", "3"))
	move := second.Plan()
	first.config(alias("champion", "champion", "2"))
	first.MustApply()
	refused := second.Apply(move.PlanFile)
	if refused.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", refused.Output)
	}
	wantText(t, refused.Output, "It points at version 2 now; the plan saw version 1.")
	first.wantAliases(map[string]string{"champion": "2"})
	second.config()
	removal := second.Plan()
	first.config(alias("champion", "champion", "3"))
	first.MustApply()
	wantText(t, second.MustApply(removal.PlanFile).Output, "was left alone")
	first.wantAliases(map[string]string{"champion": "3"})
	first.emptyPlan()
}

// A retained alias comes back when its resource is replaced, on every CLI.
func TestAccModelAlias_retainedAndReplaced(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(1)
	w.config(aliasWith("1", `on_destroy = "retain"`))
	w.MustApply()
	w.MustApply("-replace=" + champion)
	w.wantAliases(map[string]string{"champion": "1"})
	w.emptyPlan()
}

// Promotion tags that are known only after the apply, where nothing else changes.
func TestAccModelAlias_promotionTagsKnownLater(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	w := newWorkspace(t)
	w.pipeline(2)
	for _, number := range []string{"1", "2"} {
		w.config(aliasWith(number, `promotion_tags = { a = "x" }`))
		w.MustApply()
	}
	w.config(renewed("x", "1"), aliasWith("2", `promotion_tags = zipmap([terraform_data.name.output], ["1"])`))
	w.MustApply()
	w.emptyPlan()
}

// A version that is known only in the apply, from elsewhere, is judged in the apply.
func TestAccModelAlias_readyKnownLater(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	w.config(alias("champion", "champion", "1"))
	w.MustApply()
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	for _, call := range []string{"model-versions/get", "model-versions/search", "registered-models/get", "registered-models/search"} {
		proxy.Fault(acctest.Calls(call), acctest.Rewrite(`READY"`, `FAILED_REGISTRATION"`), -1)
	}
	w.config(renewed("2", "1"), alias("champion", "champion", "terraform_data.name.output"))
	refused := w.Apply()
	if refused.ExitCode == 0 {
		t.Errorf("moved to a version that is not READY:\n%s", refused.Output)
	}
	wantText(t, refused.Output, "is FAILED_REGISTRATION, not READY")
	w.wantAliases(map[string]string{"champion": "1"})
}

// Tags that are still to be written, while a plan does not know which the provider's are.
func TestAccModelAlias_unwrittenAndUnknown(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	for name, later := range map[string]string{
		"aliases": "promotion_tags = { commit = \"aaa\" }\n  gated_aliases = [terraform_data.name.output]",
		"tags":    "promotion_tags = zipmap([terraform_data.name.output], [\"aaa\"])\n  gated_aliases = [\"champion\"]",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(1)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.settings = "  promotion_tags = { commit = \"aaa\" }\n  gated_aliases = [\"champion\"]"
			w.config(alias("champion", "champion", "1"))
			proxy.Fault(setsTag("commit"), acctest.Status(403, nil, "no"), 1)
			w.MustApply()
			w.settings = "  " + later
			w.config(renewed("commit", "1"), aliasWith("1", `on_destroy = "retain"`))
			w.MustApply()
			w.MustApply()
			w.emptyPlan()
		})
	}
}

// Tags that were written belatedly are in the state, though the move after them was refused.
func TestAccModelAlias_belatedThenRefused(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	w := newWorkspace(t)
	w.pipeline(3)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.config(aliasWith("1", `promotion_tags = { commit = "aaa" }`))
	proxy.Fault(setsTag("commit"), acctest.Status(403, nil, "no"), 1)
	w.MustApply()
	plan := w.Plan()
	w.SetAlias(t, w.model, "champion", "3")
	if refused := w.Apply(plan.PlanFile); refused.ExitCode == 0 {
		t.Errorf("the apply went through:\n%s", refused.Output)
	}
	if got := w.promotedWithOf(champion); !slices.Equal(got, []string{"commit"}) {
		t.Errorf("promoted_with: %v, and the tags are %v", got, w.VersionTags(t, w.model, "1"))
	}
}

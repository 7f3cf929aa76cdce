package provider_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// signed writes a promotion_tags line with a commit.
func signed(commit string) string {
	return fmt.Sprintf(`promotion_tags = { commit = %q, replaced = "{replaced}", move = "{from} -> {stage}", json = "{\"by\":{\"ci\":1}}" }`, commit)
}

// signature is what such a line leaves on a version.
func signature(commit, replaced, from, to string) map[string]string {
	return map[string]string{"commit": commit, "replaced": replaced, "move": from + " -> " + to, "json": `{"by":{"ci":1}}`}
}

func stateTags(address, attribute string, want map[string]string) statecheck.StateCheck {
	checks := make(map[string]knownvalue.Check)
	for key, value := range want {
		checks[key] = knownvalue.StringExact(value)
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.MapExact(checks))
}

// promotedWith checks which keys a resource says it has written.
func promotedWith(address string, keys ...string) statecheck.StateCheck {
	var checks []knownvalue.Check
	for _, key := range keys {
		checks = append(checks, knownvalue.StringExact(key))
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("promoted_with"), knownvalue.SetExact(checks))
}

// setsTag matches the request that sets a tag of a version.
func setsTag(key string) func(acctest.Request) bool {
	return func(request acctest.Request) bool {
		return strings.HasSuffix(request.Path, "model-versions/set-tag") && strings.Contains(request.Body, `"key":"`+key+`"`)
	}
}

// In the provider block: whoever is promoted, by whichever resource, says so in the registry. The values change with
// every commit, and that alone is no difference.
func TestAccPromotionTags_provider(t *testing.T) {
	for _, handover := range []string{"atomic", "sequential"} {
		t.Run(handover, func(t *testing.T) {
			s := newScenario(t)
			at := func(commit string) { s.settings = fmt.Sprintf("  handover = %q\n  %s", handover, signed(commit)) }
			declared := func(versions ...string) string { return s.hcl(append([]string{declaredModel}, versions...)...) }
			first := func(lines ...string) string {
				return version("v1", append(lines, source(1), `tags = { team = "risk" }`)...)
			}
			at("aaa")
			create := declared(first(stage("Production")))
			at("bbb")
			same := declared(first(stage("Production")))
			rehearse := declared(first(stage("Production")), version("v2", source(2), stage("Staging")))
			promote := declared(first(), version("v2", source(2), stage("Production")))
			at("ccc")
			point := declared(first(), version("v2", source(2)), pointAt("mlregistry_model_version.v1.version"))
			ours := func(tags map[string]string) map[string]string {
				return overlay(tags, map[string]string{"team": "risk"})
			}
			s.run(
				resource.TestStep{
					Config:           create,
					ConfigPlanChecks: before(plancheck.ExpectUnknownValue(v1, tfjsonpath.New("promoted_with"))),
					ConfigStateChecks: []statecheck.StateCheck{
						s.versionTags("1", ours(signature("aaa", "", "None", "Production"))),
						promotedWith(v1, "commit", "replaced", "move", "json"), stateTags(v1, "tags", map[string]string{"team": "risk"}),
					},
				},
				resource.TestStep{Config: same, ConfigPlanChecks: before(keeps(v1))},
				resource.TestStep{ // The provider's tags are about Production.
					Config: rehearse, ConfigPlanChecks: before(keeps(v1), creates(v2)),
					ConfigStateChecks: []statecheck.StateCheck{s.versionTags("2", map[string]string{}), stateNull(v2, "promoted_with")},
				},
				resource.TestStep{
					Config:           promote,
					ConfigPlanChecks: before(updates(v2), plancheck.ExpectUnknownValue(v2, tfjsonpath.New("promoted_with"))),
					ConfigStateChecks: []statecheck.StateCheck{
						s.versionTags("2", signature("bbb", "1", "Staging", "Production")), promotedWith(v2, "commit", "replaced", "move", "json"),
						s.versionTags("1", ours(signature("aaa", "", "None", "Production"))), // Of when it was live.
					},
				},
				resource.TestStep{ // The rollback, by a pointer.
					Config: point,
					ConfigStateChecks: []statecheck.StateCheck{
						s.holds("1"), s.versionTags("1", ours(signature("ccc", "2", "Archived", "Production"))),
						promotedWith(pointer, "commit", "replaced", "move", "json"),
					},
				},
			)
		})
	}
}

func overlay(under, over map[string]string) map[string]string {
	both := maps.Clone(under)
	maps.Copy(both, over)
	return both
}

// On a resource they are write-only: a change of them alone touches nothing.
func TestAccPromotionTags_resource(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	s := newScenario(t)
	s.settings = `  promotion_tags = { commit = "the provider's", actor = "ci", at = "{time}" }`
	s.pipeline(2)
	own := func(commit string) string { return fmt.Sprintf("promotion_tags = { commit = %q }", commit) }
	when := regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	s.run(
		resource.TestStep{
			Config: s.hcl(pointAt("1", own("aaa"))),
			ConfigStateChecks: []statecheck.StateCheck{
				promotedWith(pointer, "commit", "actor", "at"),
				s.compares("actor", func() any { return s.VersionTags(t, s.model, "1")["actor"] }, "ci"),
				s.compares("at", func() any { return when.MatchString(s.VersionTags(t, s.model, "1")["at"]) }, true),
				stateNull(pointer, "promotion_tags"),
				s.compares("commit", func() any { return s.VersionTags(t, s.model, "1")["commit"] }, "aaa"),
			},
		},
		resource.TestStep{Config: s.hcl(pointAt("1", own("bbb"))), ConfigPlanChecks: before(keeps(pointer))},
		resource.TestStep{Config: s.hcl(pointAt("1")), ConfigPlanChecks: before(keeps(pointer))},
		resource.TestStep{ // Another change of the resource promotes nothing, and writes none.
			Config: s.hcl(pointAt("1", own("ccc"), `on_destroy = "retain"`)), ConfigPlanChecks: before(updates(pointer), changesOnly{pointer, []string{"on_destroy"}}),
			ConfigStateChecks: []statecheck.StateCheck{
				s.compares("commit", func() any { return s.VersionTags(t, s.model, "1")["commit"] }, "aaa")},
		},
		resource.TestStep{ // The tags are not the resource's: edited by hand, they are no difference.
			PreConfig: func() {
				s.SetVersionTag(t, s.model, "1", "commit", "by hand")
				s.DeleteVersionTag(t, s.model, "1", "actor")
			},
			Config: s.hcl(pointAt("1", own("ccc"), `on_destroy = "retain"`)), ConfigPlanChecks: before(keeps(pointer)),
		},
		resource.TestStep{
			Config: s.hcl(pointAt("2", own("ddd"), `on_destroy = "retain"`)),
			ConfigStateChecks: []statecheck.StateCheck{
				s.compares("commit", func() any { return s.VersionTags(t, s.model, "2")["commit"] }, "ddd")},
		},
		resource.TestStep{ // Nothing is written when a version leaves; an adopted version writes its own, in Staging too.
			Config: s.hcl(adopt(stage("Archived"), own("eee"))),
			ConfigStateChecks: []statecheck.StateCheck{
				s.compares("commit", func() any { return s.VersionTags(t, s.model, "2")["commit"] }, "ddd"), stateNull(v2, "promoted_with")},
		},
		resource.TestStep{
			Config: s.hcl(adopt(stage("Staging"), own("fff"))),
			ConfigStateChecks: []statecheck.StateCheck{
				s.compares("commit", func() any { return s.VersionTags(t, s.model, "2")["commit"] }, "fff"),
				promotedWith(v2, "commit")},
		},
	)
}

// A promotion that fails leaves no word of it; one whose tags fail stands, warns, and the next apply writes them.
func TestAccPromotionTags_faults(t *testing.T) {
	for _, handover := range []string{"atomic", "sequential"} {
		for name, block := range map[string]func(stage string, lines ...string) string{
			"version": func(stage string, lines ...string) string {
				return adopt(append(lines, fmt.Sprintf("stage = %q", stage))...)
			},
			"pointer": func(stage string, lines ...string) string {
				return strings.ReplaceAll(pointAt("2", lines...), `"Production"`, fmt.Sprintf("%q", stage))
			},
		} {
			t.Run(handover+"/"+name, func(t *testing.T) {
				w := newWorkspace(t)
				proxy := acctest.NewProxy(t, w.HTTP)
				w.URI = proxy.URL
				w.settings = fmt.Sprintf("  handover = %q\n  promotion_tags = { a = \"1\", b = \"{replaced}\", c = \"3\" }", handover)
				w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
				w.pipeline(2)
				w.Transition(t, w.model, "1", "Production", false)
				tags := func(want map[string]string) {
					t.Helper()
					if err := w.versionTags("2", want).(look)(); err != nil {
						t.Fatal(err)
					}
				}
				w.config(block("Production", `on_destroy = "retain"`))
				proxy.Fault(promotes("2"), acctest.Status(403, nil, "Permission denied"), 1)
				if failed := w.Apply(); failed.ExitCode == 0 {
					t.Fatalf("the apply went through:\n%s", failed.Output)
				}
				w.wantProduction("1")
				tags(map[string]string{})

				proxy.Fault(setsTag("b"), acctest.Status(403, nil, "Permission denied"), 1)
				warned := w.MustApply()
				wantText(t, warned.Output, "The version was promoted and holds Production, but it lacks its promotion tags b, c.")
				w.wantProduction("2")
				tags(map[string]string{"a": "1"})

				plan := w.Plan()
				if plan.ExitCode != 2 {
					t.Fatalf("nothing is left to do:\n%s", plan.Output)
				}
				proxy.Fault(setsTag("b"), acctest.Status(403, nil, "Permission denied"), 1)
				if failed := w.Apply(plan.PlanFile); failed.ExitCode == 0 {
					t.Fatalf("the apply went through:\n%s", failed.Output)
				}
				tags(map[string]string{"a": "1"})
				proxy.Reset()
				w.MustApply()
				tags(map[string]string{"a": "1", "b": "1", "c": "3"})
				if moved := proxy.Count(acctest.Calls("model-versions/transition-stage")); moved != 0 {
					t.Errorf("writing the tags moved a version %d times", moved)
				}
				w.emptyPlan()
			})
		}
	}
}

// A lost answer to the promotion is settled before anything is written.
func TestAccPromotionTags_lostAnswer(t *testing.T) {
	w, proxy := rehearsed(t, "atomic")
	w.settings += "\n  promotion_tags = { commit = \"aaa\" }"
	w.config(takeOver("Production"))
	proxy.Fault(promotes("2"), acctest.DropAfter, 1)
	w.MustApply()
	w.wantProduction("2")
	if got := w.VersionTags(t, w.model, "2"); got["commit"] != "aaa" {
		t.Errorf("tags %v", got)
	}
}

// Whoever loses a race signs nothing.
func TestAccPromotionTags_displaced(t *testing.T) {
	w, proxy := rehearsed(t, "atomic")
	w.settings += "\n  promotion_tags = { commit = \"aaa\" }"
	w.config(takeOver("Production"))
	plan := w.Plan()
	var promoted bool
	var once sync.Once
	proxy.OnRequest(func(request acctest.Request) {
		if promoted && strings.HasSuffix(request.Path, "search") {
			once.Do(func() { w.Transition(t, w.model, "3", "Production", true) })
		}
		promoted = promoted || promotes("2")(request)
	})
	if failed := w.Apply(plan.PlanFile); failed.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", failed.Output)
	}
	w.wantProduction("3")
	if got := w.VersionTags(t, w.model, "2"); len(got) != 0 {
		t.Errorf("the loser has tags %v", got)
	}
}

// Three requests promote an existing version, and each promotion tag is one more.
func TestAccPromotionTags_requests(t *testing.T) {
	acctest.NeedsNativeStages(t)
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.pipeline(2)
	gate := "\n  require_tags = { ok = \"yes\" }"
	for _, number := range []string{"1", "2"} {
		w.SetVersionTag(t, w.model, number, "ok", "yes")
	}
	for _, settings := range []string{"", gate + "\n  promotion_tags = { commit = \"aaa\", at = \"{time}\" }"} {
		w.settings = settings
		w.config(pointAt("1"))
		w.MustApply()
		w.config(pointAt("2"))
		plan := w.Plan()
		proxy.Reset()
		w.MustApply(plan.PlanFile)
		calls := endpoints(proxy)
		if w.Lags() { // What is not shown at once is read again.
			calls = slices.DeleteFunc(calls, func(call string) bool { return call == "model-versions/get" })
			const search = "model-versions/search"
			calls = slices.CompactFunc(calls, func(a, b string) bool { return a == search && b == search })
		}
		want := []string{"model-versions/search", "model-versions/transition-stage", "model-versions/search"}
		if settings != "" {
			want = append(want, "model-versions/set-tag", "model-versions/set-tag")
		}
		if !slices.Equal(calls, want) {
			t.Errorf("requests %v, want %v", calls, want)
		}
	}
}

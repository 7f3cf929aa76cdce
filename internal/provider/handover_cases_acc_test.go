package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// The cases of DESIGN.md that need a fault, an outsider at a precise moment, or two states. The others are told by the
// tests that DESIGN.md names.

// takeOver is a block that adopts version 2 of the scenario's model in a stage.
func takeOver(stage string) string {
	return fmt.Sprintf("resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  version = 2\n  stage = %q\n}\n", stage)
}

// promotes matches the request that moves a version to Production.
func promotes(version string) func(acctest.Request) bool {
	path, stage := "model-versions/transition-stage", `"Production"`
	if acctest.StagesAreAliases() {
		path, stage = "registered-models/alias", `"champion"`
	}
	return func(request acctest.Request) bool {
		return strings.HasSuffix(request.Path, path) && strings.Contains(request.Body, stage) &&
			strings.Contains(request.Body, `"version":"`+version+`"`)
	}
}

// rehearsed returns a workspace behind a proxy: version 1 in Production, version 2 managed and in Staging.
func rehearsed(t *testing.T, handover string) (*workspace, *acctest.Proxy) {
	t.Helper()
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.settings = fmt.Sprintf("  handover = %q", handover)
	w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
	w.pipeline(3)
	w.Transition(t, w.model, "1", "Production", false)
	w.config(takeOver("Staging"))
	w.MustApply()
	w.config(takeOver("Production"))
	return w, proxy
}

// H7: the promotion fails after the old holder was archived. It gets the stage back, and both are reported.
func TestAccH7_promotionFailsAfterArchiving(t *testing.T) {
	w, proxy := rehearsed(t, "sequential")
	proxy.Fault(promotes("2"), acctest.Status(403, nil, "Permission denied"), 1)
	failed := w.Apply()
	if failed.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", failed.Output)
	}
	wantText(t, failed.Output, "Permission denied; the stage was given back to version 1.")
	w.wantStages("1", "Production", "2", "Staging")
	w.MustApply()
	w.wantStages("1", "Archived", "2", "Production")
	w.emptyPlan()
}

// H8: somebody promotes another version between this apply's last look and its promotion. On the server both succeed or
// one displaces the other; at rest there is one, and who lost is told.
func TestAccH8_somebodyPromotesMeanwhile(t *testing.T) {
	acctest.NeedsNativeStages(t)
	for _, handover := range []string{"atomic", "sequential"} {
		t.Run(handover, func(t *testing.T) {
			w, proxy := rehearsed(t, handover)
			plan := w.Plan()
			var once sync.Once
			proxy.OnRequest(func(request acctest.Request) {
				if promotes("2")(request) {
					once.Do(func() { w.Transition(t, w.model, "3", "Production", false) })
				}
			})
			won := w.MustApply(plan.PlanFile) // Ours came later, so it is the one that stays.
			wantText(t, won.Output, "was taken back from version 3")
			w.wantStages("1", "Archived", "2", "Production", "3", "Archived")
			w.emptyPlan()
		})
	}
	t.Run("afterwards", func(t *testing.T) {
		w, proxy := rehearsed(t, "atomic")
		plan := w.Plan()
		var promoted bool
		var once sync.Once
		proxy.OnRequest(func(request acctest.Request) {
			if promoted && strings.HasSuffix(request.Path, "search") {
				once.Do(func() { w.Transition(t, w.model, "3", "Production", true) })
			}
			promoted = promoted || promotes("2")(request)
		})
		lost := w.Apply(plan.PlanFile)
		if lost.ExitCode == 0 {
			t.Fatalf("the apply went through:\n%s", lost.Output)
		}
		wantText(t, lost.Output, "but somebody else acted at the same time: it is in Archived now, and Production is held by version 3")
		w.wantProduction("3")
	})
}

// H10: an element is removed from the front of a counted list, and every version moves up by one.
func TestAccH10_shiftedCount(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(3)
	counted := func(versions string, live int) string {
		return fmt.Sprintf(`locals {
  versions = [%s]
}
resource "mlregistry_model_version" "each" {
  count      = length(local.versions)
  model_name = "MODEL"
  version    = local.versions[count.index]
  stage      = local.versions[count.index] == %d ? "Production" : "Archived"
}
`, versions, live)
	}
	w.config(counted("1, 2, 3", 1))
	w.MustApply()
	w.wantProduction("1")
	w.config(counted("2, 3", 3))
	w.MustApply()
	w.wantStages("1", "Archived", "2", "Archived", "3", "Production")
	w.emptyPlan()
}

// H11: two states manage versions of one model. The second takes over with both eyes open; the first sees it as drift.
func TestAccH11_twoStatesOnOneModel(t *testing.T) {
	first := newWorkspace(t)
	first.pipeline(2)
	second := &workspace{scenario: first.scenario, Workspace: acctest.NewWorkspace(t, "")}
	first.config(strings.ReplaceAll(takeOver("Production"), "version = 2", "version = 1"))
	first.MustApply()
	second.config(takeOver("Production"))
	plan := second.Plan()
	if got := second.planned(plan.PlanFile, v2, "archived_versions"); got != "[1]" {
		t.Fatalf("the second state's plan says that %s leave", got)
	}
	second.MustApply(plan.PlanFile)
	first.wantProduction("2")
	second.emptyPlan()
	drift := first.Plan()
	if drift.ExitCode != 2 || first.planned(drift.PlanFile, v2, "archived_versions") != "[2]" {
		t.Fatalf("the first state does not see that it lost the stage:\n%s", drift.Output)
	}
}

// H15: a server that ignores archive_existing_versions is found out, and one without stages is told so.
func TestAccH15_serverIgnoresTheFlag(t *testing.T) {
	w, proxy := rehearsed(t, "atomic")
	proxy.Fault(promotes("2"), acctest.RewriteRequest(`"archive_existing_versions":true`, `"archive_existing_versions":false`), -1)
	w.MustApply()
	w.wantStages("1", "Archived", "2", "Production")
	w.emptyPlan()
}

func TestAccH15_serverWithoutStages(t *testing.T) {
	acctest.NeedsNativeStages(t)
	w, proxy := rehearsed(t, "atomic")
	notFound := "<!doctype html><html><title>404 Not Found</title><h1>Not Found</h1></html>"
	proxy.Fault(acctest.Calls("model-versions/transition-stage"), acctest.Status(404, map[string]string{"Content-Type": "text/html"}, notFound), -1)
	failed := w.Apply()
	if failed.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", failed.Output)
	}
	wantText(t, failed.Output, "Leave stage out, or use an MLflow server whose registry has stages.")
	w.wantStages("1", "Production", "2", "Staging")
}

// A registry without stages is found out in the plan, and takes stages that are kept as aliases.
func TestAccH15_noStagesInThePlan(t *testing.T) {
	w := newWorkspace(t)
	w.Registry = acctest.NewStagelessRegistry(t)
	w.pipeline(2)
	native := "  stages = {\n    kept_as = \"native\"\n  }"
	w.settings = native
	for name, block := range map[string]string{
		"pointer": pointed("1"), "adopted": adopted("v1", 1, stage("Production")),
		"new": strings.Replace(declaredNew, "}", "  stage = \"Production\"\n}", 1),
	} {
		w.config(block)
		plan := w.Plan()
		if plan.ExitCode != 1 {
			t.Errorf("%s: exit code %d:\n%s", name, plan.ExitCode, plan.Output)
		}
		wantText(t, plan.Output, "This registry has no stages")
		wantText(t, plan.Output, `stages = { kept_as = "aliases" }`)
	}
	w.config(adopted("v1", 1), adopted("v2", 2))
	w.MustApply()
	w.settings = keptAsAliases()
	for _, live := range []string{"1", "2", "1"} {
		w.config(adopted("v1", 1), adopted("v2", 2), pointed(live))
		w.MustApply()
		w.wantAlias("champion", live)
		w.wantQuiet()
	}
}

// A lost answer is settled by reading, for a promotion as for a registration.
func TestAccFault_lostAnswers(t *testing.T) {
	w, proxy := rehearsed(t, "atomic")
	proxy.Fault(promotes("2"), acctest.DropAfter, 1)
	w.MustApply()
	w.wantStages("1", "Archived", "2", "Production")
	proxy.Fault(acctest.Calls("model-versions/create"), acctest.DropAfter, 1)
	w.config(takeOver("Production"), "resource \"mlregistry_model_version\" \"new\" {\n  model_name = \"MODEL\"\n  source = \"s3://m/new\"\n}\n")
	w.MustApply()
	if got := w.Versions(t, w.model); !slices.Equal(got, []string{"1", "2", "3", "4"}) {
		t.Errorf("versions: %v", got)
	}
	if tags := w.VersionTags(t, w.model, "4"); len(tags) != 0 {
		t.Errorf("tags are left on the new version: %v", tags)
	}
	w.emptyPlan()
}

package provider_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// adopted is a block that adopts a version of a pipeline.
func adoptedBlock(number string, lines ...string) string {
	return fmt.Sprintf("resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"MODEL\"\n  version = %q\n%s\n}\n", number, strings.Join(lines, "\n"))
}

// pointed is a block that points Production at a version of a pipeline.
func pointed(number string, lines ...string) string {
	return fmt.Sprintf("resource \"mlregistry_model_stage\" \"live\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = %q\n%s\n}\n",
		number, strings.Join(lines, "\n"))
}

// Between the review of a plan and its apply somebody moves a version. The apply does what the reviewer saw, or stops before it
// touches anything.
func TestAccReviewed_movedSinceThePlan(t *testing.T) {
	const toProduction, archived = `  stage = "Production"`, `  stage = "Archived"`
	for name, test := range map[string]struct {
		before, after string // The block applied first, and the one of the reviewed plan; "" is none.
		first         func(w *workspace)
		meanwhile     func(w *workspace)
		fails         bool
		says          string
		stages        []string
	}{
		"a description, and Production is rolled back": {
			adoptedBlock("2", toProduction), adoptedBlock("2", toProduction, `  description = "b"`), nil,
			func(w *workspace) { w.Transition(w.t, w.model, "1", "Production", true) },
			false, "Somebody else changed stage", []string{"1", "Production", "2", "Archived"},
		},
		"a pointer's setting, and Production is rolled back": {
			pointed("2"), pointed("2", `  on_destroy = "retain"`), nil,
			func(w *workspace) { w.Transition(w.t, w.model, "1", "Production", true) },
			false, "Apply complete", []string{"1", "Production", "2", "Archived"},
		},
		"None to Archived, and it is promoted": {
			adoptedBlock("3"), adoptedBlock("3", archived), nil,
			func(w *workspace) { w.Transition(w.t, w.model, "3", "Production", true) },
			true, "from_stage", []string{"3", "Production", "1", "Archived"}, // Terraform says it: no state has the stage that was left out.
		},
		"Staging to Production, and it is withdrawn": {
			adoptedBlock("2", `  stage = "Staging"`), adoptedBlock("2", toProduction), nil,
			func(w *workspace) { w.Transition(w.t, w.model, "2", "Archived", false) },
			true, "is in Archived now, and the plan has it in Staging", []string{"1", "Production", "2", "Archived"},
		},
		"a pointer to a version in Staging, and it is withdrawn": {
			pointed("1"), pointed("2"), func(w *workspace) { w.Transition(w.t, w.model, "2", "Staging", false) },
			func(w *workspace) { w.Transition(w.t, w.model, "2", "Archived", false) },
			true, "from_stage", []string{"1", "Production", "2", "Archived"},
		},
		"a new pointer to a version in Staging, and it is withdrawn": {
			"", pointed("2"), func(w *workspace) { w.Transition(w.t, w.model, "2", "Staging", false) },
			func(w *workspace) { w.Transition(w.t, w.model, "2", "Archived", false) },
			true, "from_stage", []string{"1", "Production", "2", "Archived"}, // Terraform says it, of the plan that it makes again.
		},
		"a destroy that archives, and it is promoted": {
			adoptedBlock("3", `  on_destroy = "archive"`), "", nil,
			func(w *workspace) { w.Transition(w.t, w.model, "3", "Production", true) },
			true, "is in Production now, and the plan has it in None", []string{"3", "Production"},
		},
		"a destroy that archives, and it was archived": {
			adoptedBlock("3", `  on_destroy = "archive"`), "", nil,
			func(w *workspace) { w.Transition(w.t, w.model, "3", "Archived", false) },
			false, "Apply complete", []string{"3", "Archived"},
		},
		"a destroyed pointer, and its version was demoted": {
			pointed("1"), "", nil,
			func(w *workspace) { w.Transition(w.t, w.model, "1", "Staging", true) },
			false, "Apply complete", []string{"1", "Staging"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(3)
			w.Transition(t, w.model, "1", "Production", false)
			if test.first != nil {
				test.first(w)
			}
			w.config(test.before)
			w.MustApply()
			w.MustApply() // What the refresh finds is in the state.
			w.config(test.after)
			plan := w.Plan()
			if plan.ExitCode != 2 {
				t.Fatalf("the plan has no change:\n%s", plan.Output)
			}
			test.meanwhile(w)
			applied := w.Apply(plan.PlanFile)
			if failed := applied.ExitCode != 0; failed != test.fails {
				t.Fatalf("the apply failed: %t\n%s", failed, applied.Output)
			}
			wantText(t, applied.Output, test.says)
			w.wantStages(test.stages...)
			w.MustApply() // Nothing is wedged.
			w.emptyPlan()
		})
	}
}

// A version that a resource registered, which is to be deleted for good, is promoted between review and apply.
func TestAccReviewed_deletionOfWhatServes(t *testing.T) {
	w := newWorkspace(t)
	w.config("resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n  force_destroy = true\n}\n", registered(`  on_destroy = "delete"`))
	w.MustApply()
	w.config("resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n  force_destroy = true\n}\n")
	plan := w.Plan()
	w.Transition(t, w.model, "1", "Production", true)
	applied := w.Apply(plan.PlanFile)
	if applied.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", applied.Output)
	}
	wantText(t, applied.Output, "is in Production now, and the plan has it in None; it was not deleted.")
	w.wantStages("1", "Production")
}

// registered is a block that registers a version of the model that the workspace declares.
func registered(lines ...string) string {
	return fmt.Sprintf("resource \"mlregistry_model_version\" \"v\" {\n  model_name = mlregistry_registered_model.m.name\n  source = \"s3://models/new\"\n%s\n}\n",
		strings.Join(lines, "\n"))
}

// A promotion that fails after the registration leaves a version that the next apply goes on with: it registers no second one.
func TestAccRegistered_promotionFails(t *testing.T) {
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
	w.pipeline(1)
	w.Transition(t, w.model, "1", "Production", false)
	w.config("resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"MODEL\"\n  source = \"s3://models/new\"\n  stage = \"Production\"\n}\n")
	proxy.Fault(promotes("2"), acctest.Status(403, nil, "Permission denied"), 3)
	for try := range 3 {
		failed := w.Apply()
		if failed.ExitCode == 0 {
			t.Fatalf("try %d went through:\n%s", try, failed.Output)
		}
		wantText(t, failed.Output, "Permission denied")
		wantText(t, failed.Output, "Version 2 of model")
		wantText(t, failed.Output, "waits for the next apply")
		w.wantStages("1", "Production", "2", "None")
		if w.VersionExists(t, w.model, "3") {
			t.Fatalf("try %d registered it again:\n%s", try, failed.Output)
		}
	}
	plan := w.Plan()
	wantText(t, plan.Output, "is taken over from an interrupted apply")
	if got := w.planned(plan.PlanFile, "mlregistry_model_version.v", "version"); got != "2" {
		t.Errorf("the plan shows version %s", got)
	}
	w.MustApply(plan.PlanFile)
	w.wantStages("1", "Archived", "2", "Production")
	if tag := w.VersionTags(t, w.model, "2")["mlregistry.unfinished"]; tag != "" || w.VersionExists(t, w.model, "3") {
		t.Errorf("the lease is %q", tag)
	}
	w.emptyPlan()
}

// The registration went well, and in the promotion somebody else got ahead, and so archived the new version: the next apply goes on with it.
func TestAccRegistered_promotionLost(t *testing.T) {
	acctest.NeedsNativeStages(t)
	for _, way := range handover.Ways() {
		t.Run(string(way), func(t *testing.T) {
			w := newWorkspace(t)
			w.settings = fmt.Sprintf("  handover = %q", way)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.pipeline(1)
			w.config("resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"MODEL\"\n  source = \"s3://models/new\"\n  stage = \"Production\"\n}\n")
			var promoted atomic.Bool
			var outsider sync.Once
			proxy.OnRequest(func(request acctest.Request) {
				if promoted.Load() {
					outsider.Do(func() { w.Transition(t, w.model, "1", "Production", true) })
				}
				if promotes("2")(request) {
					promoted.Store(true)
				}
			})
			failed := w.Apply()
			if failed.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", failed.Output)
			}
			wantText(t, failed.Output, "somebody else acted at the same time")
			wantText(t, failed.Output, "it goes on with version 2")
			w.wantStages("1", "Production", "2", "Archived")
			plan := w.Plan()
			wantText(t, plan.Output, "is taken over from an interrupted apply")
			for attribute, want := range map[string]string{"version": "2", "from_stage": "Archived", "archived_versions": "[1]"} {
				if got := w.planned(plan.PlanFile, "mlregistry_model_version.v", attribute); got != want {
					t.Errorf("the plan shows %s = %s, want %s", attribute, got, want)
				}
			}
			w.MustApply(plan.PlanFile)
			w.wantStages("1", "Archived", "2", "Production")
			if w.VersionExists(t, w.model, "3") {
				t.Error("it is registered twice")
			}
			w.emptyPlan()
		})
	}
}

// The server goes away right after the promotion, before the promotion tags are written, and is back for the next plan. What
// serves goes on serving, nothing is registered again, and the tags are written by the next apply.
func TestAccPromotionTags_outageAfterThePromotion(t *testing.T) {
	for name, source := range map[string]string{
		"of a version that is there": "  version = 2",
		"of a new version":           "  source = \"s3://models/new\"",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
			w.Setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
			w.settings = "  promotion_tags = { commit = \"aaa\" }"
			entering := "2"
			if strings.Contains(source, "version") {
				w.pipeline(2)
			} else {
				w.pipeline(1)
			}
			w.Transition(t, w.model, "1", "Production", false)
			w.config("resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"MODEL\"\n" + source + "\n  stage = \"Production\"\n}\n")
			plan := w.Plan()
			away := false
			proxy.Fault(func(r acctest.Request) bool {
				away = away || strings.HasSuffix(r.Path, "model-versions/set-tag") && strings.Contains(r.Body, "commit")
				return away
			}, acctest.Status(503, nil, "gone"), -1)
			applied := w.Apply(plan.PlanFile)
			proxy.Reset()
			if applied.ExitCode != 0 {
				t.Fatalf("the promotion is done, and the apply failed:\n%s", applied.Output)
			}
			wantText(t, applied.Output, "could not be written")
			w.wantStages("1", "Archived", entering, "Production")
			next := w.Plan()
			if next.ExitCode != 2 || strings.Contains(next.Output, "must be replaced") {
				t.Fatalf("the next plan: exit %d\n%s", next.ExitCode, next.Output)
			}
			w.MustApply(next.PlanFile)
			w.wantStages("1", "Archived", entering, "Production")
			if got := w.VersionTags(t, w.model, entering)["commit"]; got != "aaa" || w.VersionExists(t, w.model, "3") {
				t.Errorf("the promotion tag is %q, a third version exists: %t", got, w.VersionExists(t, w.model, "3"))
			}
			w.emptyPlan()
		})
	}
}

// A token ends in the middle of an apply, at each of its requests. What serves is not archived, nothing is registered twice, and
// the next apply ends it.
func TestAccRegistered_tokenEnds(t *testing.T) {
	for request := range 12 {
		t.Run(fmt.Sprintf("at request %d", request+1), func(t *testing.T) {
			w := newWorkspace(t)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI = proxy.URL
			w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
			w.config("resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n}\n", registered(`  stage = "Production"`))
			plan := w.Plan()
			seen := 0
			proxy.Fault(func(acctest.Request) bool { seen++; return seen > request }, acctest.Status(401, nil, "token expired"), -1)
			applied := w.Apply(plan.PlanFile)
			proxy.Reset()
			if applied.ExitCode == 0 && !strings.Contains(applied.Output, "Warning") && seen > request {
				t.Errorf("the token ended at request %d of %d without a word:\n%s", request+1, seen, applied.Output)
			}
			served := w.VersionExists(t, w.model, "1") && w.Stage(t, w.model, "1") == "Production"
			next := w.Plan()
			if served && strings.Contains(next.Output, "will be replaced") {
				t.Errorf("the next plan replaces what serves:\n%s", next.Output)
			}
			w.MustApply()
			w.wantStages("1", "Production")
			if w.VersionExists(t, w.model, "2") {
				t.Errorf("version 1 was registered again; the first apply said:\n%s", applied.Output)
			}
			w.emptyPlan()
		})
	}
}

package provider_test

import (
	"strings"
	"testing"
)

// With -refresh=false a plan goes by what each resource last read, which may be from before another resource of the same apply had its turn.
// Nobody else has acted: the message accuses nobody, and says how to go on.
func TestAccReviewed_withoutARefresh(t *testing.T) {
	after := "depends_on = [" + v1 + "]"
	t.Run("a version that the plan did not see in the stage", func(t *testing.T) {
		w := newWorkspace(t)
		w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production"), after))
		w.MustApply()
		w.config(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2)))
		w.wantStale("-refresh=false")
		w.MustApply()
		w.wantStages("1", "Production", "2", "Archived")
		w.emptyPlan()
	})
	t.Run("a version that has left the stage", func(t *testing.T) {
		w := newWorkspace(t)
		w.config(declaredModel, version("v1", source(1), stage("Production")))
		w.MustApply()
		w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production"), after))
		w.MustApply()
		w.config(declaredModel, version("v1", source(1), stage("Staging")), version("v2", source(2), stage("Production"), after))
		w.wantStale("-refresh=false")
		w.MustApply()
		w.wantStages("1", "Staging", "2", "Production")
		w.emptyPlan()
	})
}

// wantStale applies without a refresh, and wants an error that tells of it.
func (w *workspace) wantStale(args ...string) {
	w.t.Helper()
	failed := w.Apply(args...)
	if failed.ExitCode == 0 {
		w.t.Fatalf("the apply went through:\n%s", failed.Output)
	}
	wantText(w.t, failed.Output, "or, where the plan was made with -refresh=false, an earlier apply of this configuration")
	wantText(w.t, failed.Output, "Run terraform plan again, with a refresh")
	if strings.Contains(failed.Output, "Somebody changed") || strings.Contains(failed.Output, "Somebody moved") {
		w.t.Errorf("somebody is accused:\n%s", failed.Output)
	}
}

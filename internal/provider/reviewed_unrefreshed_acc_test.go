package provider_test

import "testing"

// Right after its own apply, a plan with -refresh=false knows what that apply has moved: it shows who leaves and from where a version
// comes, and does just that. Nobody is accused.
func TestAccReviewed_withoutARefresh(t *testing.T) {
	after := "depends_on = [" + v1 + "]"
	t.Run("a version that the earlier plan did not see in the stage", func(t *testing.T) {
		w := newWorkspace(t)
		w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production"), after))
		w.MustApply()
		w.config(declaredModel, version("v1", source(1), stage("Production")), version("v2", source(2)))
		w.MustApply("-refresh=false")
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
		w.MustApply("-refresh=false")
		w.wantStages("1", "Staging", "2", "Production")
		w.emptyPlan()
	})
}

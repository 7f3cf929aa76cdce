package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// review checks in a plan that a version may go to the goal's stage (see guard), and returns who would leave it.
func (s *session) review(version registry.Version, goal handover.Goal, view handover.View, diags *diag.Diagnostics) []registry.Number {
	if err := handover.Check(version, goal); err != nil {
		diags.AddAttributeError(path.Root("stage"), moveTitle(goal), explain(err))
	} else if s.known() && handover.SkipsStaging(version.Stage, goal.Stage) {
		diags.AddAttributeWarning(path.Root("stage"), "Staging is skipped",
			moveTitle(goal)+" without the dress rehearsal in Staging. Set require_staging = true on the provider to refuse this.")
	}
	return handover.Reviewed(view, goal)
}

// moveTitle names a move in a sentence without an end.
func moveTitle(goal handover.Goal) string {
	if goal.Version == 0 {
		return fmt.Sprintf("A new version of model %q goes to %s", goal.Model, goal.Stage)
	}
	return fmt.Sprintf("Version %s of model %q goes to %s", goal.Version, goal.Model, goal.Stage)
}

// stake claims the goal's stage for a resource, and fails the plan when another resource of the configuration claims it
// for another version. A rivalry in which nothing is to change (both hold the stage already) only warns, so that it blocks
// neither a plan nor a destroy.
func (s *session) stake(goal handover.Goal, made claim, diags *diag.Diagnostics) {
	if !s.known() {
		return
	}
	if made.version != 0 {
		s.claims.stage(goal.Model, made.version)
	}
	if !goal.Exclusive() {
		return
	}
	at := place{goal.Model, goal.Stage}
	if other, claimed := s.claims.elsewhere(at, made.version); claimed {
		stages := []string{string(goal.Stage), string(other)}
		slices.Sort(stages)
		diags.AddAttributeError(path.Root("stage"), fmt.Sprintf("Version %s of model %q is to be in two stages", made.version, goal.Model),
			fmt.Sprintf("The configuration wants it in %s and in %s, and a version is in one stage at a time. Keep one of the two resources, or "+
				"leave the stage of one out.", stages[0], stages[1]))
		return
	}
	rivals := s.claims.add(at, made)
	if len(rivals) == 0 {
		return
	}
	rival, news := rivals[0], made.changes
	for _, other := range rivals {
		if other.changes && !rival.changes {
			rival = other
		}
		news = news || other.changes
	}
	both := []claim{made, rival}
	slices.SortFunc(both, claim.compare)
	title := fmt.Sprintf("Two versions of model %q are to hold %s", goal.Model, goal.Stage)
	detail := fmt.Sprintf("The configuration wants %s and %s in %s, and only one version can hold it. %s", both[0], both[1], goal.Stage,
		made.wayOut(rival))
	if news {
		diags.AddAttributeError(path.Root("stage"), title, detail)
		return
	}
	diags.AddAttributeWarning(path.Root("stage"), title, detail+" Until then, each apply takes the stage from one to the other.")
}

// mourn warns when a version leaves an exclusive stage that nobody else holds or is planned to hold. The way from Staging to
// Production is what Staging is for, and no reason to warn.
func (s *session) mourn(ctx context.Context, version registry.Version, goal handover.Goal, view handover.View, diags *diag.Diagnostics) {
	from := version.Stage
	if !s.known() || !from.Exclusive() || goal.Stage == from || len(view.Others(from, version.Number)) > 0 {
		return
	}
	if from == registry.StageStaging && goal.Stage == registry.StageProduction {
		return
	}
	other := func(made claim) bool { return made.version != version.Number }
	if !s.claims.successor(ctx, place{version.Model, from}, other) {
		warnOfEmptyStage(version, diags)
	}
}

// warnOfEmptyStage says that nobody holds a stage once a version has left it.
func warnOfEmptyStage(version registry.Version, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("stage"), fmt.Sprintf("%s of model %q is left without a holder", version.Stage, version.Model),
		fmt.Sprintf("Version %s leaves %s, no other version holds it, and no other resource planned so far takes it over: whoever asks the "+
			"registry for the model in %s finds none.", version.Number, version.Stage, version.Stage))
}

// warnOfOvertaken says that an apply archived versions which no reviewer saw, because they came after its last look.
func warnOfOvertaken(goal handover.Goal, outcome handover.Outcome, diags *diag.Diagnostics) {
	if len(outcome.Overtaken) == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("stage"),
		fmt.Sprintf("%s of model %q was taken back from %s", goal.Stage, goal.Model, handover.VersionList(outcome.Overtaken)),
		fmt.Sprintf("Somebody moved it to %s at the same moment, after this apply had looked who holds the stage, and may have been told that it "+
			"went well. It was archived, and version %s holds the stage alone. Find out who promotes this model as well.", goal.Stage, goal.Version))
}

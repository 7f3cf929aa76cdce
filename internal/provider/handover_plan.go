package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// review checks in a plan that a version may go to the goal's stage (see guard), and returns who would leave it.
func (s *session) review(ctx context.Context, version registry.Version, goal handover.Goal, view handover.View, diags *diag.Diagnostics) []registry.Number {
	if s.hasNoStages(ctx, version) && goal.Stage != registry.StageNone {
		diags.AddAttributeError(path.Root("stage"), "This registry has no stages",
			fmt.Sprintf("It answers without a stage about the versions of model %q.\n\n%s", goal.Model, advise(&handover.NoStagesError{})))
	} else if err := handover.Check(version, goal); err != nil {
		diags.AddAttributeError(path.Root("stage"), moveTitle(goal), explain(err))
	} else if s.known() && handover.SkipsStaging(version.Stage, goal.Stage) {
		diags.AddAttributeWarning(path.Root("stage"), "Staging is skipped",
			moveTitle(goal)+" without the dress rehearsal in Staging. Set require_staging = true on the provider to refuse this.")
	}
	return handover.Reviewed(view, goal)
}

// hasNoStages reports whether the registry has no stages. Answers without a stage are the first sign: about a version, or about another one of its
// model for a version that is yet to be registered. Only then the server is asked, once; one that leaves an empty field out has them all the same.
func (s *session) hasNoStages(ctx context.Context, version registry.Version) bool {
	if !s.known() || s.keptAs != nil {
		return false
	}
	stageless := version.Stageless
	if version.Number == 0 {
		versions, _ := s.seenVersions(version.Model)
		stageless = slices.ContainsFunc(versions, func(other registry.Version) bool { return other.Stageless })
	}
	if !stageless {
		return false
	}
	s.asked.Do(func() {
		server, err := s.server.Server(ctx)
		s.stageless = err == nil && !server.Stages
	})
	return s.stageless
}

// moveTitle names a move in a sentence without an end.
func moveTitle(goal handover.Goal) string {
	if goal.Version == 0 {
		return fmt.Sprintf("A new version of model %q goes to %s", goal.Model, goal.Stage)
	}
	return fmt.Sprintf("Version %s of model %q goes to %s", goal.Version, goal.Model, goal.Stage)
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
	if !s.ledger.Succeeded(ctx, claim.Stage(version.Model, from), version.Number) {
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

// warnOfUnread says that a promotion was answered and could not be read back.
func warnOfUnread(goal handover.Goal, outcome handover.Outcome, diags *diag.Diagnostics) {
	if outcome.Unread == nil {
		return
	}
	diags.AddAttributeWarning(path.Root("stage"),
		fmt.Sprintf("Who holds %s of model %q could not be read back", goal.Stage, goal.Model),
		fmt.Sprintf("The server has answered that version %s was moved to %s, and then the holders could not be read. Whether another version holds it "+
			"as well is for the next plan to see: run terraform plan.\n\n%s", goal.Version, goal.Stage, explain(outcome.Unread)))
}

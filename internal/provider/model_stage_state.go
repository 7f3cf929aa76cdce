package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelStageState is the configuration, plan and state of mlregistry_model_stage.
type modelStageState struct {
	ModelName        types.String   `tfsdk:"model_name"`
	Stage            types.String   `tfsdk:"stage"`
	Version          types.String   `tfsdk:"version"`
	RequireTags      types.Map      `tfsdk:"require_tags"`
	PromotionTags    types.Map      `tfsdk:"promotion_tags"`
	OnDestroy        types.String   `tfsdk:"on_destroy"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
	ArchivedVersions types.List     `tfsdk:"archived_versions"`
	FromStage        types.String   `tfsdk:"from_stage"`
	StageConflicts   types.List     `tfsdk:"stage_conflicts"`
	PromotedWith     types.Set      `tfsdk:"promoted_with"`
	ModelURI         types.String   `tfsdk:"model_uri"`
}

// goal returns the handover that a plan stands for.
func (s *modelStageState) goal(ctx context.Context, diags *diag.Diagnostics) handover.Goal {
	stage, _ := registry.ParseStage(s.Stage.ValueString())
	number, _ := registry.ParseNumber(s.Version.ValueString())
	return handover.Goal{
		Model: s.ModelName.ValueString(), Version: number, Stage: stage, ArchiveExisting: true, From: registry.Stage(s.FromStage.ValueString()),
		Reviewed: numberList(ctx, s.ArchivedVersions, diags), RequireTags: declaredTags(ctx, s.RequireTags, diags),
	}
}

// holders returns who holds the stage, as the state tells.
func (s *modelStageState) holders(ctx context.Context, diags *diag.Diagnostics) handover.View {
	goal := s.goal(ctx, diags)
	return handover.View{goal.Stage: registry.SortedNumbers(append(numberList(ctx, s.StageConflicts, diags), goal.Version))}
}

// fromRegistry takes over who holds the stage, and reports whether anybody does. With several holders the pointer stays
// where it is if it can; the others are conflicts.
func (s *modelStageState) fromRegistry(ctx context.Context, versions []registry.Version, diags *diag.Diagnostics) bool {
	goal := s.goal(ctx, diags)
	holder, held := handover.Holder(versions, goal.Stage, goal.Version)
	if !held {
		return false
	}
	s.Version = types.StringValue(holder.Number.String())
	if !strings.EqualFold(s.Stage.ValueString(), string(goal.Stage)) {
		s.Stage = types.StringValue(string(goal.Stage))
	}
	s.ModelURI = s.address()
	if s.OnDestroy.IsNull() {
		s.OnDestroy = types.StringValue(destroyArchive)
	}
	if s.ArchivedVersions.IsNull() || holder.Number != goal.Version {
		s.ArchivedVersions = versionList(nil)
	}
	s.StageConflicts = versionList(handover.Observe(versions).Others(goal.Stage, holder.Number))
	return true
}

// address returns the address of the stage, as MLflow writes it.
func (s *modelStageState) address() types.String {
	stage, err := registry.ParseStage(s.Stage.ValueString())
	if s.Stage.IsUnknown() || err != nil {
		return types.StringUnknown()
	}
	return modelURI(s.ModelName, types.StringValue(string(stage)), "")
}

// settleMove puts what happened into the state where the plan left it open; outcome is nil if nothing was moved.
func (s *modelStageState) settleMove(outcome *handover.Outcome) {
	if s.ArchivedVersions.IsUnknown() {
		s.ArchivedVersions = versionList(nil)
		if outcome != nil {
			s.ArchivedVersions = versionList(outcome.Archived)
		}
	}
	if s.FromStage.IsUnknown() {
		s.FromStage = types.StringNull()
		if outcome != nil {
			s.FromStage = textOrNull(string(outcome.From))
		}
	}
}

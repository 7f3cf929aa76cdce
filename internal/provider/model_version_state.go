package provider

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelVersionState is the configuration, plan and state of mlregistry_model_version.
type modelVersionState struct {
	ModelName               types.String   `tfsdk:"model_name"`
	Version                 types.String   `tfsdk:"version"`
	Source                  types.String   `tfsdk:"source"`
	RunID                   types.String   `tfsdk:"run_id"`
	RunLink                 types.String   `tfsdk:"run_link"`
	ModelID                 types.String   `tfsdk:"model_id"`
	Description             types.String   `tfsdk:"description"`
	Tags                    types.Map      `tfsdk:"tags"`
	Stage                   types.String   `tfsdk:"stage"`
	RequireTags             types.Map      `tfsdk:"require_tags"`
	PromotionTags           types.Map      `tfsdk:"promotion_tags"`
	ArchiveExistingVersions types.Bool     `tfsdk:"archive_existing_versions"`
	OnDestroy               types.String   `tfsdk:"on_destroy"`
	Timeouts                timeouts.Value `tfsdk:"timeouts"`
	Status                  types.String   `tfsdk:"status"`
	ArchivedVersions        types.List     `tfsdk:"archived_versions"`
	FromStage               types.String   `tfsdk:"from_stage"`
	StageConflicts          types.List     `tfsdk:"stage_conflicts"`
	PromotedWith            types.Set      `tfsdk:"promoted_with"`
	ModelURI                types.String   `tfsdk:"model_uri"`
	CreationTime            types.String   `tfsdk:"creation_time"`
	UserID                  types.String   `tfsdk:"user_id"`
}

// number returns the version number of a state, where there always is one.
func (s *modelVersionState) number() registry.Number {
	number, err := registry.ParseNumber(s.Version.ValueString())
	if err != nil {
		return 0
	}
	return number
}

// wantedStage returns the stage that the attribute names.
func (s *modelVersionState) wantedStage() registry.Stage {
	stage, err := registry.ParseStage(s.Stage.ValueString())
	if err != nil {
		return ""
	}
	return stage
}

// holders returns who holds the version's stage with it, as far as the state tells.
func (s *modelVersionState) holders(ctx context.Context, diags *diag.Diagnostics) handover.View {
	stage := s.wantedStage()
	if !stage.Exclusive() {
		return handover.View{}
	}
	return handover.View{stage: registry.SortedNumbers(append(numberList(ctx, s.StageConflicts, diags), s.number()))}
}

// version returns what a state knows of its version.
func (s *modelVersionState) version() registry.Version {
	created, _ := time.Parse(time.RFC3339, s.CreationTime.ValueString())
	return registry.Version{
		Model: s.ModelName.ValueString(), Number: s.number(), Source: s.Source.ValueString(), RunID: s.RunID.ValueString(),
		RunLink: s.RunLink.ValueString(), Stage: s.wantedStage(), Status: registry.Status(s.Status.ValueString()),
		UserID: s.UserID.ValueString(), CreatedAt: created,
	}
}

// goal returns the handover that a plan stands for.
func (s *modelVersionState) goal(ctx context.Context, diags *diag.Diagnostics) handover.Goal {
	return handover.Goal{
		Model: s.ModelName.ValueString(), Version: s.number(), Stage: s.wantedStage(),
		ArchiveExisting: s.ArchiveExistingVersions.ValueBool(),
		Reviewed:        numberList(ctx, s.ArchivedVersions, diags),
		RequireTags:     declaredTags(ctx, s.RequireTags, diags),
	}
}

func (s *modelVersionState) toRegistry(ctx context.Context, diags *diag.Diagnostics) registry.NewVersion {
	return registry.NewVersion{
		Model: s.ModelName.ValueString(), Source: s.Source.ValueString(), RunID: s.RunID.ValueString(),
		RunLink: s.RunLink.ValueString(), ModelID: s.ModelID.ValueString(), Description: s.Description.ValueString(),
		Tags: declaredTags(ctx, s.Tags, diags),
	}
}

// fromRegistry takes over what the registry says of the version. What is in s already decides how it is written (the
// letter case of the stage) and whether it is shown at all (description, tags).
func (s *modelVersionState) fromRegistry(ctx context.Context, version registry.Version, memory *versionMemory, diags *diag.Diagnostics) {
	imported := memory.Imported
	s.ModelName = types.StringValue(version.Model)
	s.Version = types.StringValue(version.Number.String())
	s.ModelURI = modelURI(s.ModelName, s.Version, "")
	if s.Source.IsNull() || s.Source.IsUnknown() || (memory.Source != "" && memory.Source != version.Source) {
		s.Source = textOrNull(version.Source)
	}
	memory.Source = version.Source // As the server wrote it: MLflow rewrites models:/NAME/STAGE to models:/NAME/NUMBER.
	s.RunID = keepEmpty(s.RunID, version.RunID)
	s.RunLink = keepEmpty(s.RunLink, version.RunLink)
	if imported && version.ModelID != "" {
		s.ModelID = types.StringValue(version.ModelID)
	}
	s.Description = managedDescription(s.Description, version.Description, imported)
	s.Tags = managedTags(ctx, s.Tags, version.Tags, imported, diags)
	memory.Stage = version.Stage
	if !strings.EqualFold(s.Stage.ValueString(), string(version.Stage)) {
		s.Stage = types.StringValue(string(version.Stage))
		if memory.StageUnmanaged {
			s.Stage = types.StringNull() // Earlier versions of this provider showed it: such a state says what it says while that is true.
		}
	}
	if s.ArchiveExistingVersions.IsNull() {
		s.ArchiveExistingVersions = types.BoolValue(true)
	}
	s.Status = types.StringValue(string(version.Status))
	s.CreationTime = timeOrNull(version.CreatedAt)
	s.UserID = textOrNull(version.UserID)
}

// observe takes over what a read found of the version and of the others of its model.
func (s *modelVersionState) observe(
	ctx context.Context, version registry.Version, versions []registry.Version, memory *versionMemory, diags *diag.Diagnostics,
) {
	view := handover.Observe(versions)
	if memory.Imported {
		memory.StageFound = version.Stage.Exclusive()
		memory.StageUnmanaged = !memory.StageFound
	}
	if s.ArchivedVersions.IsNull() || s.wantedStage() != version.Stage {
		// Somebody moved the version: the next promotion is to show whom it archives, even if they are the same as last time.
		s.ArchivedVersions = versionList(nil)
	}
	if memory.Imported && len(view.Others(version.Stage, version.Number)) > 0 {
		// What Terraform writes out as configuration is to say what is there, and not to archive the others.
		s.ArchiveExistingVersions = types.BoolValue(false)
	}
	s.fromRegistry(ctx, version, memory, diags)
	s.StageConflicts = s.conflicts(view, !memory.StageUnmanaged)
}

// conflicts returns the state of stage_conflicts: the other holders of the version's stage, if it is to have one.
func (s *modelVersionState) conflicts(view handover.View, stageManaged bool) types.List {
	stage := s.wantedStage()
	if !stageManaged || !stage.Exclusive() || !s.ArchiveExistingVersions.ValueBool() {
		return versionList(nil)
	}
	return versionList(view.Others(stage, s.number()))
}

// textOrNull returns null for an empty text: the REST API leaves empty fields out.
func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// keepEmpty returns what was found, and leaves an empty string that the configuration gave an empty string.
func keepEmpty(before types.String, found string) types.String {
	if found == "" && !before.IsUnknown() && !before.IsNull() && before.ValueString() == "" {
		return before
	}
	return textOrNull(found)
}

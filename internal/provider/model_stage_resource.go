package provider

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const modelStageType = typeName + "_model_stage"

var (
	_ resource.ResourceWithConfigure    = (*modelStageResource)(nil)
	_ resource.ResourceWithIdentity     = (*modelStageResource)(nil)
	_ resource.ResourceWithImportState  = (*modelStageResource)(nil)
	_ resource.ResourceWithModifyPlan   = (*modelStageResource)(nil)
	_ resource.ResourceWithUpgradeState = (*modelStageResource)(nil)
)

type modelStageResource struct{ configuredResource }

func newModelStageResource() resource.Resource { return &modelStageResource{} }

func (r *modelStageResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = modelStageType
}

func (r *modelStageResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = modelStageSchema(ctx)
}

func (r *modelStageResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan modelStageState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	memory := &versionMemory{}
	signed := types.SetNull(types.StringType)
	if r.point(ctx, &config, &plan, signed, memory, resp.Private, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}
}

func (r *modelStageResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state modelStageState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	before := state
	memory := loadMemory(ctx, req.Private, &resp.Diagnostics)
	identify(ctx, resp.Identity, state.identity(), &resp.Diagnostics)
	imported := takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkRead(state.stageObject(), &resp.Diagnostics) {
		return
	}
	model := state.ModelName.ValueString()
	versions, err := r.session.cache.Versions(ctx, model)
	if err == nil && len(registry.Holders(versions, state.goal(ctx, &resp.Diagnostics).Stage)) == 0 {
		versions, err = r.session.cache.ConfirmVersions(ctx, model)
	}
	if err == nil && len(versions) == 0 {
		err = r.session.visible(ctx, model)
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read who holds %s of model %q", state.Stage.ValueString(), model), explain(err))
		return
	}
	if imported && !r.session.mayBeModel(ctx, "model_name", model, &resp.Diagnostics) {
		return
	}
	if !state.fromRegistry(ctx, versions, &resp.Diagnostics) {
		if imported {
			nothingToImport(fmt.Sprintf("version of model %q in %s", model, state.Stage.ValueString()), &resp.Diagnostics)
			return
		}
		resp.State.RemoveResource(ctx)
		return
	}
	r.session.ledger.Note(state.stageObject(), state.Version.ValueString())
	memory.store(ctx, resp.Private, &resp.Diagnostics)
	if !reflect.DeepEqual(state, before) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *modelStageResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, prior modelStageState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	memory := loadMemory(ctx, req.Private, &resp.Diagnostics)
	if at, before := plan.stageObject(), prior.stageObject(); at != before && !resp.Diagnostics.HasError() {
		resp.Diagnostics.AddError(fmt.Sprintf("The pointer to %s of model %q would point at another stage", before.Name, before.Model),
			fmt.Sprintf("The plan did not know which one, because model_name or stage was known only after apply. It is the %s. Nothing was changed. Run "+
				"terraform plan again: it knows now, and shows what the change replaces.", objectName(at)))
		return
	}
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	goal := plan.goal(ctx, &resp.Diagnostics)
	if !r.session.signBelatedly(ctx, goal.Model, target{stage: goal.Stage}, config.PromotionTags, &memory.Unwritten, &prior.PromotedWith,
		&resp.Diagnostics) {
		return
	}
	// A plan that points at the same version, and sees nobody beside it, permits nobody to leave the stage: what archived_versions
	// says then is of the last move. The view is the one that the plan was made from.
	if goal.Version == prior.goal(ctx, &resp.Diagnostics).Version && len(handover.Reviewed(prior.holders(ctx, &resp.Diagnostics), goal)) == 0 {
		r.keep(ctx, &plan, &prior, memory, resp.Private, &resp.Diagnostics)
	} else if !r.point(ctx, &config, &plan, prior.PromotedWith, memory, resp.Private, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	identify(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
}

// keep leaves the stage as it is: only what is in the state changes.
func (r *modelStageResource) keep(
	ctx context.Context, plan, prior *modelStageState, memory *versionMemory, private privateWriter, diags *diag.Diagnostics,
) {
	plan.StageConflicts, plan.ModelURI = versionList(nil), plan.address()
	if plan.PromotedWith.IsUnknown() {
		plan.PromotedWith = prior.PromotedWith
	}
	plan.settleMove(nil)
	memory.store(ctx, private, diags)
}

// point gives the stage to the planned version. signed is what the last promotion was signed with. Once the version has the stage,
// whatever fails after that is a warning: the stage was given.
func (r *modelStageResource) point(
	ctx context.Context, config, plan *modelStageState, signed types.Set, memory *versionMemory, private privateWriter, diags *diag.Diagnostics,
) bool {
	goal := r.session.guard(plan.goal(ctx, diags))
	goal.Seen = recentLook
	outcome, err := r.session.engine.Run(ctx, goal)
	if err != nil {
		diags.AddAttributeError(path.Root("version"),
			fmt.Sprintf("Unable to give %s of model %q to version %s", goal.Stage, goal.Model, goal.Version), explain(err))
		return false
	}
	warnOfOvertaken(goal, outcome, diags)
	warnOfUnread(goal, outcome, diags)
	written, promoted := r.session.sign(ctx, goal, outcome, declaredTags(ctx, config.PromotionTags, diags), &memory.Unwritten, diags)
	settleSignature(ctx, &plan.PromotedWith, written, promoted, signed, diags)
	memory.Pointed = goal.Version
	memory.store(ctx, private, diags)
	plan.StageConflicts, plan.ModelURI = versionList(nil), plan.address()
	plan.settleMove(&outcome)
	return !diags.HasError()
}

func (r *modelStageResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state modelStageState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	memory := loadMemory(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || state.OnDestroy.ValueString() == destroyRetain ||
		!r.session.checkWrite(state.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	goal := state.goal(ctx, &resp.Diagnostics)
	goal.Version = memory.given(goal.Version)
	note := loadDepartureNote(ctx, req.Private, &resp.Diagnostics)
	if note.From != "" && note.From != goal.Stage {
		return // The plan has seen that the version does not hold the stage, and so nothing of it was reviewed.
	}
	leaving := handover.Leaving{
		Model: goal.Model, Version: goal.Version, From: goal.Stage,
		Kept: func() bool {
			return note.keeps(claim.Stage(goal.Model, goal.Stage)) || r.session.ledger.Staged(goal.Model, goal.Version)
		},
	}
	if err := r.session.engine.Release(ctx, leaving); err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to archive version %s of model %q", goal.Version, goal.Model), explain(err))
	}
}

func (r *modelStageResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var stage registry.Stage
	key := importKey{attribute: "stage", example: "Production", check: func(text string) (err error) {
		if stage, err = registry.ParseStage(text); err == nil {
			err = checkExclusive(text)
		}
		return err
	}}
	model, _ := key.read(ctx, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("model_name"), model)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("stage"), string(stage))...)
	named := modelStageState{ModelName: types.StringValue(model), Stage: types.StringValue(string(stage))}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, named.identity())...)
	markImported(ctx, resp.Private, &resp.Diagnostics)
}

package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ModifyPlan shows who leaves the stage, and fails what must not happen.
func (r *modelStageResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var config, plan, prior modelStageState
	var memory *versionMemory
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
		memory = loadMemory(ctx, req.Private, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, &prior, memory, resp)
		return
	}
	defer destroyWorks(req, resp)
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	proposed := plan
	plan.StageConflicts = versionList(nil)
	known := !plan.ModelName.IsUnknown() && !plan.Stage.IsUnknown() && !plan.Version.IsUnknown()
	var others path.Paths
	if exists {
		if plan.Stage.IsUnknown() || prior.goal(ctx, &resp.Diagnostics).Stage != plan.goal(ctx, &resp.Diagnostics).Stage {
			others = otherParts(part{"stage", prior.Stage, plan.Stage})
		} else {
			plan.Stage = prior.Stage // Another letter case is no difference.
		}
		others = append(others, otherParts(part{"model_name", prior.ModelName, plan.ModelName})...)
	}
	replaced := len(others) > 0 && r.session.known() && r.session.replaces(req, prior.stageObject())
	if replaced {
		resp.RequiresReplace = others
	}
	switch {
	case replaced: // Terraform plans once more, with no prior state.
	case !known || len(others) > 0 || !r.session.known(): // With others, the apply stops: it is known only now.
		plan.ArchivedVersions, plan.PromotedWith = types.ListUnknown(types.StringType), types.SetUnknown(types.StringType)
		plan.FromStage = types.StringUnknown()
	case exists:
		r.planMove(ctx, &config, &plan, &prior, memory, &resp.Diagnostics)
	default:
		r.planTakeOver(ctx, &config, &plan, &resp.Diagnostics)
	}
	plan.ModelURI = plan.address()
	if !resp.Diagnostics.HasError() && !reflect.DeepEqual(plan, proposed) {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

// planTakeOver plans a pointer that is new to the state, from the process's first observation of the model.
func (r *modelStageResource) planTakeOver(ctx context.Context, config, plan *modelStageState, diags *diag.Diagnostics) {
	goal := r.session.guard(plan.goal(ctx, diags))
	observed, version, ok := r.look(ctx, goal, r.session.firstVersions, diags)
	if !ok {
		return
	}
	plan.PromotedWith = r.session.planSignature(ctx, planned(goal), goal.Enters(version.Stage), config.PromotionTags,
		types.SetNull(types.StringType), nil, diags)
	leaving := r.session.review(ctx, version, goal, handover.Observe(observed), diags)
	r.session.stake(goal, pointerClaim(goal, false, true), diags)
	if len(leaving) > 0 {
		warnOfStrangers(goal, leaving, "this pointer is new to the stage", diags)
	}
	plan.ArchivedVersions, plan.FromStage = versionList(leaving), types.StringValue(string(version.Stage))
}

// look reads the versions of the goal's model, and finds the one that the pointer is pointed at.
func (r *modelStageResource) look(
	ctx context.Context, goal handover.Goal, read func(context.Context, string) ([]registry.Version, error), diags *diag.Diagnostics,
) ([]registry.Version, registry.Version, bool) {
	observed, err := read(ctx, goal.Model)
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to read the versions of model %q", goal.Model), explain(err))
		return nil, registry.Version{}, false
	}
	version, ok := r.pointedVersion(ctx, observed, goal, diags)
	return observed, version, ok
}

// planMove plans a pointer that is in the state: who leaves, from what the state says of the holders, and where the version comes from,
// from the walk's first observation of the model.
func (r *modelStageResource) planMove(
	ctx context.Context, config, plan, prior *modelStageState, memory *versionMemory, diags *diag.Diagnostics,
) {
	goal := r.session.guard(plan.goal(ctx, diags))
	held := prior.goal(ctx, diags).Version
	view := prior.holders(ctx, diags)
	leaving := handover.Reviewed(view, goal)
	from := goal.Stage // Where the version is: the plan and the one made again during apply agree.
	_, seen := r.session.seenVersions(goal.Model)
	if !slices.Contains(view[goal.Stage], goal.Version) {
		_, version, ok := r.look(ctx, goal, r.session.lookOnce, diags)
		if !ok {
			return
		}
		from = version.Stage
		if seen { // The plan made again during apply leaves the check to the handover.
			r.session.review(ctx, version, goal, view, diags)
		}
	}
	plan.PromotedWith = r.session.planSignature(ctx, planned(goal), goal.Enters(from), config.PromotionTags, prior.PromotedWith, memory.Unwritten, diags)
	r.session.stake(goal, pointerClaim(goal, true, goal.Version != held), diags)
	if memory.Pointed != 0 && held != memory.Pointed && held != goal.Version {
		warnOfStrangers(goal, []registry.Number{held}, "somebody else has moved the stage since the last apply", diags)
	}
	plan.ArchivedVersions = versionList(leaving)
	switch {
	case goal.Version == held && len(leaving) == 0:
		// Of the last move. This plan has none, and its apply asks for none.
		plan.ArchivedVersions, plan.FromStage = prior.ArchivedVersions, prior.FromStage
	default:
		plan.FromStage = types.StringValue(string(from))
	}
}

// pointedVersion returns the version that the pointer is to name, as it was first observed if it was there by then.
func (r *modelStageResource) pointedVersion(
	ctx context.Context, observed []registry.Version, goal handover.Goal, diags *diag.Diagnostics,
) (registry.Version, bool) {
	version, ok := registry.FindVersion(observed, goal.Version)
	switch {
	case ok && version.IsPrompt():
		refusePrompt("model_name", goal.Model, diags)
		return version, false
	case ok:
		return version, true
	}
	return r.session.require(ctx, goal.Model, goal.Version, diags)
}

// warnOfStrangers says that the plan archives versions which this pointer did not give the stage to.
func warnOfStrangers(goal handover.Goal, strangers []registry.Number, why string, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("version"), fmt.Sprintf("%s of model %q is taken over from %s", goal.Stage, goal.Model,
		handover.VersionList(strangers)),
		fmt.Sprintf("It was not given the stage by this resource (%s), and apply archives it. Make sure that nobody relies on it, and that no "+
			"other configuration manages this stage.", why))
}

// planDestroy warns when the stage loses its holder, and notes when another resource keeps it.
func (r *modelStageResource) planDestroy(
	ctx context.Context, prior *modelStageState, memory *versionMemory, resp *resource.ModifyPlanResponse,
) {
	diags := &resp.Diagnostics
	if diags.HasError() || prior.OnDestroy.ValueString() == destroyRetain {
		return
	}
	goal := prior.goal(ctx, diags)
	goal.Version = memory.given(goal.Version)
	version := registry.Version{Model: goal.Model, Number: goal.Version, Stage: goal.Stage}
	view := prior.holders(ctx, diags)
	if r.session.known() { // Terraform 1.11 plans a removed block from the state before the refresh.
		observed, _ := r.session.seenVersions(goal.Model)
		if seen, ok := registry.FindVersion(observed, goal.Version); ok {
			version.Stage, view = seen.Stage, handover.Observe(observed)
		}
	}
	if version.Stage != goal.Stage || memory.given(prior.goal(ctx, diags).Version) != prior.goal(ctx, diags).Version {
		// Somebody else has taken the stage, and keeps it.
		(&departureNote{From: registry.StageNone}).save(ctx, resp.Private, diags)
		return
	}
	leaving := claim.Departure{On: claim.Stage(goal.Model, goal.Stage), Version: goal.Version}
	r.session.planLeave(ctx, leaving, version, view, resp)
}

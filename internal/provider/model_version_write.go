package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Create registers a new version, or adopts one that exists, and brings it to its stage.
func (r *modelVersionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan modelVersionState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	memory := &versionMemory{Created: config.Version.IsNull(), StageUnmanaged: config.Stage.IsNull()}
	if !r.begin(ctx, &plan, memory, &resp.Diagnostics) {
		return
	}
	// From here on the version is in the state, whatever fails: nothing may exist that Terraform does not know of.
	defer func() {
		r.unmark(ctx, &plan, memory, &resp.Diagnostics)
		r.finish(ctx, &plan, memory, resp.Private, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			plan.settleUnknowns()
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}()
	if resp.Diagnostics.HasError() {
		return
	}
	if memory.Created {
		ready, err := r.session.engine.WaitReady(ctx, registry.Version{
			Model: plan.ModelName.ValueString(), Number: plan.number(), Status: registry.Status(plan.Status.ValueString()),
		})
		if err != nil {
			resp.Diagnostics.AddError(fmt.Sprintf("Version %s of model %q did not become READY", ready.Number, ready.Model), explain(err))
			return
		}
	}
	if !memory.StageUnmanaged {
		r.promote(ctx, &config, &plan, types.MapNull(types.StringType), memory, &resp.Diagnostics)
	}
}

// begin makes the version exist: it registers it, or finds the adopted one and gives it its description and tags.
func (r *modelVersionResource) begin(ctx context.Context, plan *modelVersionState, memory *versionMemory, diags *diag.Diagnostics) bool {
	model := plan.ModelName.ValueString()
	if memory.Created {
		goal := r.session.guard(plan.goal(ctx, diags))
		version, err := r.session.engine.Create(ctx, plan.toRegistry(ctx, diags), goal)
		if err != nil {
			diags.AddError(fmt.Sprintf("Unable to register a version of model %q", model), explain(err))
			return false
		}
		r.session.ledger.Born(model, plan.Source.ValueString(), version.Number)
		plan.Version = types.StringValue(version.Number.String())
		// Resources that own a single tag of it are planned once more when they learn its number: they find these claims.
		r.session.claimTags(ctx, versionTagsOwner, tagPlace{model: model, version: version.Number}, types.MapNull(types.StringType), plan.Tags, diags)
		plan.Status = types.StringValue(string(version.Status))
		r.reconcile(ctx, plan, version, diags) // One that a killed process left behind may be described otherwise.
		return true
	}
	version, _, err := r.session.find(ctx, model, plan.number())
	if err != nil {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Unable to adopt version %s of model %q", plan.Version.ValueString(), model), explain(err))
		return false
	}
	return r.reconcile(ctx, plan, version, diags)
}

// reconcile gives a version that exists the planned description and tags.
func (r *modelVersionResource) reconcile(ctx context.Context, plan *modelVersionState, version registry.Version, diags *diag.Diagnostics) bool {
	before := modelVersionState{
		Description: managedDescription(plan.Description, version.Description, false),
		Tags:        managedTags(ctx, plan.Tags, version.Tags, false, diags),
	}
	return r.describe(ctx, plan, &before, diags)
}

// unmark says that a version is registered and in the state. Terraform writes its state right after this.
func (r *modelVersionResource) unmark(ctx context.Context, plan *modelVersionState, memory *versionMemory, diags *diag.Diagnostics) {
	if !memory.Created {
		return
	}
	err := r.session.engine.Finish(ctx, plan.ModelName.ValueString(), plan.number())
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		diags.AddWarning(fmt.Sprintf("Version %s of model %q keeps a tag of this provider", plan.Version.ValueString(), plan.ModelName.ValueString()),
			fmt.Sprintf("%s\n\nThe tag %s could not be removed: delete it by hand.", explain(err), handover.UnfinishedTag))
	}
}

// Update changes description and tags, and then the stage.
func (r *modelVersionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, prior modelVersionState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	memory := loadMemory(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	memory.StageUnmanaged = config.Stage.IsNull()
	if !r.session.signBelatedly(ctx, plan.goal(ctx, &resp.Diagnostics), config.PromotionTags, memory, &resp.Diagnostics) ||
		!r.describe(ctx, &plan, &prior, &resp.Diagnostics) {
		return
	}
	if !memory.StageUnmanaged && !r.promote(ctx, &config, &plan, prior.PromotedWith, memory, &resp.Diagnostics) {
		return
	}
	r.finish(ctx, &plan, memory, resp.Private, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		identify(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
	}
}

// describe brings description and tags from before to what is planned.
func (r *modelVersionResource) describe(ctx context.Context, plan, before *modelVersionState, diags *diag.Diagnostics) bool {
	model, number := plan.ModelName.ValueString(), plan.number()
	err := r.session.changeTags(ctx, tagPlace{model: model, version: number},
		declaredTags(ctx, before.Tags, diags), declaredTags(ctx, plan.Tags, diags))
	if err == nil && !plan.Description.Equal(before.Description) {
		err = r.session.cache.DescribeVersion(ctx, model, number, plan.Description.ValueString())
	}
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to change description or tags of version %s of model %q", number, model), explain(err))
	}
	return err == nil
}

// promote brings the version to its planned stage. signed is what its last promotion was signed with.
func (r *modelVersionResource) promote(
	ctx context.Context, config, plan *modelVersionState, signed types.Map, memory *versionMemory, diags *diag.Diagnostics,
) bool {
	goal := r.session.guard(plan.goal(ctx, diags))
	outcome, err := r.session.engine.Run(ctx, goal)
	if err != nil {
		diags.AddAttributeError(path.Root("stage"),
			fmt.Sprintf("Unable to move version %s of model %q to %s", goal.Version, goal.Model, goal.Stage), explain(err))
		return false
	}
	warnOfOvertaken(goal, outcome, diags)
	written, promoted := r.session.sign(ctx, goal, outcome, declaredTags(ctx, config.PromotionTags, diags), memory, diags)
	settleSignature(ctx, &plan.PromotedWith, written, promoted, signed, diags)
	return true
}

// settleUnknowns makes a state that may be stored after a failure: Terraform accepts no unknown values in it.
func (s *modelVersionState) settleUnknowns() {
	for _, text := range []*types.String{
		&s.Version, &s.Source, &s.RunID, &s.RunLink, &s.Stage, &s.OnDestroy, &s.Status, &s.CreationTime, &s.UserID,
	} {
		if text.IsUnknown() {
			*text = types.StringNull()
		}
	}
	for _, list := range []*types.List{&s.ArchivedVersions, &s.StageConflicts} {
		if list.IsUnknown() {
			*list = versionList(nil)
		}
	}
	if s.PromotedWith.IsUnknown() {
		s.PromotedWith = types.MapNull(types.StringType)
	}
}

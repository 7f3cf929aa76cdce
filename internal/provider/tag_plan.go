package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ModifyPlan fails the plan of a tag that somebody else owns, or of an object that does not exist.
func (r *tagResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !r.session.known() {
		return
	}
	plan := r.get(ctx, req.Plan, &resp.Diagnostics)
	at, known := plan.place()
	if resp.Diagnostics.HasError() || !known {
		return
	}
	if _, ours := r.session.promotionTags[at.key]; ours && r.ofVersion {
		resp.Diagnostics.AddAttributeError(path.Root("key"), fmt.Sprintf("The %s is a promotion tag", at), writtenAtPromotions)
		return
	}
	if req.State.Raw.IsNull() {
		r.planNew(ctx, at, plan, &resp.Diagnostics)
		return
	}
	prior := r.get(ctx, req.State, &resp.Diagnostics)
	if before, _ := prior.place(); before != at {
		return // Terraform plans once more, with no prior state.
	}
	made := tagClaim{owner: r.owner(), value: plan.Value, stored: true, changes: !plan.Value.Equal(prior.Value)}
	r.session.claimTag(at, made, "key", &resp.Diagnostics)
}

// planNew plans a tag that is new to the state.
func (r *tagResource) planNew(ctx context.Context, at tagPlace, plan tagState, diags *diag.Diagnostics) {
	if !r.session.claimTag(at, tagClaim{owner: r.owner(), value: plan.Value, changes: true}, "key", diags) {
		return
	}
	found, err := tag(ctx, r.session.cache, at)
	switch {
	case errors.Is(err, registry.ErrNotFound) && at.version == 0:
		r.session.requireModel(ctx, at.model, diags)
	case errors.Is(err, registry.ErrNotFound):
		r.session.require(ctx, at.model, at.version, diags)
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read the %s", at), explain(err))
	case found.ofPrompt:
		refusePrompt("model_name", at.model, diags)
	case !found.present || plan.Value.IsUnknown() || r.session.tags.isStored(at):
	case found.value != plan.Value.ValueString():
		diags.AddAttributeError(path.Root("key"), fmt.Sprintf("The %s exists already", at), r.takenTag(at, found.value))
	default:
		diags.AddAttributeWarning(path.Root("key"), fmt.Sprintf("The %s exists already", at),
			"It has this very value, so nothing is written, but from now on this resource manages it: destroying the resource removes the tag. Make "+
				"sure that nobody else sets it.")
	}
}

// takenTag tells how to take a tag over with open eyes.
func (r *tagResource) takenTag(at tagPlace, found string) string {
	return fmt.Sprintf("Its value is %q, it is not in this Terraform state, and it was left as it is. ", found) + importAdvice(r.typ(), at.importID())
}

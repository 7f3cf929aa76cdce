package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ModifyPlan fails the plan of a tag that somebody else owns, or of an object that does not exist.
func (r *tagResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.session.known() {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planLeaving(ctx, req, resp)
		return
	}
	defer destroyWorks(req, resp)
	plan := r.get(ctx, req.Plan, &resp.Diagnostics)
	at, known := plan.place()
	if !req.State.Raw.IsNull() {
		prior := r.get(ctx, req.State, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		before, _ := prior.place()
		changed := otherParts(part{"model_name", prior.ModelName, plan.ModelName}, part{"version", prior.Version, plan.Version},
			part{"key", prior.Key, plan.Key})
		switch {
		case len(changed) > 0 && r.session.replaces(req, before.object()):
			resp.RequiresReplace = changed // Terraform plans once more, with no prior state.
			return
		case before == at:
			r.planChange(at, plan, prior, &resp.Diagnostics)
			return
		}
	}
	if resp.Diagnostics.HasError() || !known {
		return
	}
	r.planNew(ctx, at, plan, req, resp)
}

// planChange plans a tag that is in the state and stays.
func (r *tagResource) planChange(at tagPlace, plan, prior tagState, diags *diag.Diagnostics) {
	if !r.refusePromotionTag(at, diags) {
		r.session.claimTag(at, tagClaim(r.owner(), at, plan.Value, true, !plan.Value.Equal(prior.Value)), "key", diags)
	}
}

// refusePromotionTag adds an error for a tag that promotions write.
func (r *tagResource) refusePromotionTag(at tagPlace, diags *diag.Diagnostics) bool {
	_, ours := r.session.promotionTags[at.key]
	if ours = ours && r.ofVersion; ours {
		diags.AddAttributeError(path.Root("key"), fmt.Sprintf("The %s is a promotion tag", at), writtenAtPromotions)
	}
	return ours
}

// planNew plans a tag that is new to the state, or becomes another one.
func (r *tagResource) planNew(ctx context.Context, at tagPlace, plan tagState, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	moves := !req.State.Raw.IsNull()
	if r.refusePromotionTag(at, diags) || !r.session.claimTag(at, tagClaim(r.owner(), at, plan.Value, moves, true), "key", diags) {
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
	case !found.present:
		goes := func(other string) bool { return r.session.isReplaced(ctx, at.tag(other).object()) }
		spelled(ctx, r.session, "key", "tag", at.model, at.key, found.all, goes, diags)
	case plan.Value.IsUnknown() || r.session.isApply(req, at.model):
	case !moves && r.session.ledger.Stored(ctx, at.object()): // Tainted, replaced, or another block's so far.
		r.noteReplaced(ctx, at, plan, found, resp)
	case found.value != plan.Value.ValueString():
		diags.AddAttributeError(path.Root("key"), fmt.Sprintf("The %s exists already", at), r.takenTag(at, found.value))
	default:
		diags.AddAttributeWarning(path.Root("key"), fmt.Sprintf("The %s exists already", at),
			"It has this very value, so nothing is written, but from now on this resource manages it: destroying the resource removes the tag. Make "+
				"sure that nobody else sets it.")
	}
}

// noteReplaced tells the destroy that is half of a replacement what the plan saw, and to leave a tag that comes back as it is.
func (r *tagResource) noteReplaced(ctx context.Context, at tagPlace, plan tagState, found foundTag, resp *resource.ModifyPlanResponse) {
	object := at.object()
	note := &departureNote{On: &object, Value: found.value}
	if found.value == plan.Value.ValueString() {
		note.Kept = append(note.Kept, object)
	}
	note.save(ctx, resp.Private, &resp.Diagnostics)
}

// planLeaving notes what the destroy of a tag has to know: what the plan saw, and whether another resource keeps the tag.
func (r *tagResource) planLeaving(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	prior := r.get(ctx, req.State, &resp.Diagnostics)
	at, _ := prior.place()
	object := at.object()
	note := &departureNote{On: &object, Value: prior.Value.ValueString()}
	if found, read := r.session.ledger.Noted(object); read {
		note.Value = found
	}
	if kept, _ := r.session.ledger.Leave(ctx, claim.Departure{On: object}); kept {
		note.Kept = append(note.Kept, object)
		if r.session.ledger.DeclaredBy(object, func(made claim.Claim) bool {
			return made.Single && !made.Stored && !made.Unknown && made.Value != note.Value
		}) {
			leavesAndComes(object, &resp.Diagnostics)
		}
	}
	note.save(ctx, resp.Private, &resp.Diagnostics)
}

// takenTag tells how to take a tag over with open eyes.
func (r *tagResource) takenTag(at tagPlace, found string) string {
	return fmt.Sprintf("Its value is %q, it is not in this Terraform state, and it was left as it is. ", found) + importAdvice(r.typ(), at.importID())
}

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
)

// ModifyPlan fails the plan of what the apply could not do, or would do to others.
func (r *registeredModelResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.session.known() {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	defer destroyWorks(req, resp)
	var config, plan, prior registeredModelState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	if resp.Diagnostics.HasError() || plan.Name.IsUnknown() {
		return
	}
	object := tagPlace{model: plan.Name.ValueString()}
	if req.State.Raw.IsNull() {
		r.planNew(ctx, plan.Name.ValueString(), req, resp)
		r.session.claimTags(ctx, modelTagsOwner, object, types.MapNull(types.StringType), plan.Tags, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if prior.Name.Equal(plan.Name) {
		r.claim(plan.Name.ValueString(), true, &resp.Diagnostics)
		r.forced(plan.Name.ValueString(), prior.ForceDestroy)
		found := loadUndeclared(ctx, req.Private, &resp.Diagnostics)
		r.session.claimTags(ctx, modelTagsOwner, object, found.managed(prior.Tags, config.Tags), config.Tags, &resp.Diagnostics)
		return
	}
	if prior.ForceDestroy.ValueBool() {
		// It ends, and Terraform plans once more, with no prior state and this private part.
		r.planEnd(ctx, claim.Departure{On: claim.Model(prior.Name.ValueString()), Deletes: true, Contents: true}, resp)
		return
	}
	r.refuseRename(ctx, prior.Name.ValueString(), plan.Name.ValueString(), &resp.Diagnostics)
}

// claim notes that the resource has the model, and reports whether no other one does.
func (r *registeredModelResource) claim(name string, stored bool, diags *diag.Diagnostics) bool {
	object := claim.Model(name)
	met := r.session.declareObject(claim.Claim{On: object, Of: object, Owner: registeredModelType, Stored: stored, Changes: !stored}, "name", diags)
	if len(met.Rivals) == 0 {
		return true
	}
	title := fmt.Sprintf("Two resources are to create registered model %q", name)
	if stored {
		title = fmt.Sprintf("Two resources declare registered model %q", name)
	}
	diags.AddAttributeError(path.Root("name"), title, "A name is one model's. Keep one of the two resources.")
	return false
}

// planNew fails the plan of a model that cannot be created: its name is a prompt's, a stranger's, or another resource's.
func (r *registeredModelResource) planNew(ctx context.Context, name string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	unique := r.claim(name, false, diags)
	model, err := r.session.cache.Model(ctx, name)
	switch {
	case err != nil && !r.session.mayBeToCome(name, err):
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", name), explain(err))
	case err == nil && model.IsPrompt():
		refusePrompt("name", name, diags)
	case err != nil || !unique || diags.HasError() || r.session.isApply(req, name):
	case !r.session.ledger.Stored(ctx, claim.Model(name)):
		modelExists(name, nil, diags)
	case r.session.isApply(req, name): // It has begun to write meanwhile.
	case r.isForced(name): // Tainted or replaced.
		r.planEnd(ctx, claim.Departure{On: claim.Model(name), Deletes: true, Contents: true, Replaced: true}, resp)
	}
}

// modelExists adds the error for a model that is there and in no state. err is what the server said, if it was asked to create it.
func modelExists(name string, err error, diags *diag.Diagnostics) {
	detail := "An apply that was killed while it created the model may have left it. It is not in this Terraform state, and it was left as it is. " +
		importAdvice(registeredModelType, name)
	if err != nil {
		detail = explainWith(err, detail)
	}
	diags.AddAttributeError(path.Root("name"), fmt.Sprintf("Registered model %q already exists", name), detail)
}

// planDestroy warns of a model that the apply will not delete, since it stops only after everything that depends on the model is destroyed.
func (r *registeredModelResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var prior registeredModelState
	diags := &resp.Diagnostics
	diags.Append(read(ctx, req.State, &prior)...)
	if diags.HasError() {
		return
	}
	name := prior.Name.ValueString()
	if prior.ForceDestroy.ValueBool() {
		r.planEnd(ctx, claim.Departure{On: claim.Model(name), Deletes: true, Contents: true}, resp)
		return
	}
	note := &departureNote{}
	if kept, _ := r.session.ledger.Leave(ctx, claim.Departure{On: claim.Model(name), Deletes: true}); kept {
		note.Kept = append(note.Kept, claim.Model(name))
	}
	note.save(ctx, resp.Private, diags)
	versions, err := r.session.cache.Versions(ctx, name)
	if err != nil || len(versions) == 0 || len(note.Kept) > 0 {
		return // The apply tells.
	}
	if left := r.session.ledger.Survivors(ctx, name, versions); len(left) > 0 {
		diags.AddWarning(fmt.Sprintf("Registered model %q cannot be deleted while it has versions", name),
			fmt.Sprintf("It has %s besides what is planned so far to be deleted (archived ones count). The apply will change all else that this "+
				"plan says, stages included, and then refuse to delete the model. %s", listVersions(left), waysToPart))
	}
}

// refuseRename fails the plan when a changed name would delete a model that has versions.
func (r *registeredModelResource) refuseRename(ctx context.Context, from, to string, diags *diag.Diagnostics) {
	versions, err := r.session.cache.Versions(ctx, from)
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to read the versions of model %q", from), explain(err))
		return
	}
	if len(versions) == 0 {
		return
	}
	diags.AddAttributeError(path.Root("name"), fmt.Sprintf("Renaming the registered model %q would delete %s", from, listVersions(versions)),
		fmt.Sprintf("Terraform can change the name only by deleting the model and creating another. To keep the versions, rename it in "+
			"MLflow and import it under its new name:\n\n"+
			"  MlflowClient().rename_registered_model(%[1]q, %[2]q)\n"+
			"  terraform state rm <this resource and its versions>\n"+
			"  terraform import <this resource> %[3]s\n\n"+
			"To delete the model with all its versions, apply force_destroy = true first.", from, to, shellWord(to)))
}

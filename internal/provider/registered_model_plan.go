package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan fails the plan of what the apply could not do.
func (r *registeredModelResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.session.known() {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, &resp.Diagnostics)
		return
	}
	var plan, prior registeredModelState
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	if resp.Diagnostics.HasError() || plan.Name.IsUnknown() {
		return
	}
	r.session.planned.add(plan.Name.ValueString())
	object := tagPlace{model: plan.Name.ValueString()}
	if req.State.Raw.IsNull() {
		r.planNew(ctx, plan.Name.ValueString(), &resp.Diagnostics)
		r.session.claimTags(ctx, modelTagsOwner, object, types.MapNull(types.StringType), plan.Tags, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	if prior.Name.Equal(plan.Name) {
		r.session.claimTags(ctx, modelTagsOwner, object, prior.Tags, plan.Tags, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() || prior.Name.Equal(plan.Name) || prior.ForceDestroy.ValueBool() {
		return
	}
	r.refuseRename(ctx, prior.Name.ValueString(), plan.Name.ValueString(), &resp.Diagnostics)
}

// planNew fails the plan of a model that cannot be created: its name is a prompt's, a stranger's, or another resource's.
func (r *registeredModelResource) planNew(ctx context.Context, name string, diags *diag.Diagnostics) {
	duplicate := r.session.planned.create(name)
	model, err := r.session.cache.Model(ctx, name)
	switch {
	case err != nil && !r.session.mayBeToCome(name, err):
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", name), explain(err))
	case err == nil && model.IsPrompt():
		refusePrompt("name", name, diags)
	case duplicate:
		diags.AddAttributeError(path.Root("name"), fmt.Sprintf("Two resources are to create registered model %q", name),
			"A name is one model's. Keep one of the two resources.")
	case err == nil && !r.session.planned.isRead(name):
		modelExists(name, nil, diags)
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
func (r *registeredModelResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) {
	var prior registeredModelState
	diags.Append(read(ctx, req.State, &prior)...)
	if diags.HasError() || prior.ForceDestroy.ValueBool() {
		return
	}
	name := prior.Name.ValueString()
	versions, err := r.session.cache.Versions(ctx, name)
	if err != nil || len(versions) == 0 {
		return // The apply tells.
	}
	if left := r.session.claims.survivors(ctx, name, versions); len(left) > 0 {
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

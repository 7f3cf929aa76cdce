package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ModifyPlan shows which version loses the alias, and fails what must not happen.
func (r *modelAliasResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.session.known() {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planLeaving(ctx, req, resp)
		return
	}
	defer destroyWorks(req, resp)
	var plan, prior modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	exists, known := !req.State.Raw.IsNull(), !plan.ModelName.IsUnknown() && !plan.Alias.IsUnknown()
	if exists {
		resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	before := plan.PreviousVersion
	if exists {
		changed := otherParts(part{"model_name", prior.ModelName, plan.ModelName}, part{"alias", prior.Alias, plan.Alias})
		switch {
		case len(changed) > 0 && r.session.replaces(req, prior.alias()):
			resp.RequiresReplace = changed // Terraform plans once more, with no prior state.
			return
		case known && plan.alias() == prior.alias():
			r.planMove(ctx, &plan, &prior, &resp.Diagnostics)
		case known:
			r.planNew(ctx, &plan, req, resp)
		}
	} else if known {
		r.planNew(ctx, &plan, req, resp)
	}
	if !resp.Diagnostics.HasError() && !plan.PreviousVersion.Equal(before) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("previous_version"), plan.PreviousVersion)...)
	}
}

// planMove plans an alias that is in the state. The plan says what it takes the alias from; where the resource does not change at all,
// what the last change took it from stays in the state.
func (r *modelAliasResource) planMove(ctx context.Context, plan, prior *modelAliasState, diags *diag.Diagnostics) {
	moves := !plan.Version.Equal(prior.Version)
	if !r.claim(plan, true, moves, diags) {
		return
	}
	switch {
	case plan.Version.IsUnknown(): // It may turn out to be the same.
		plan.PreviousVersion = types.StringUnknown()
	case moves:
		plan.PreviousVersion = prior.Version
	case !plan.PreviousVersion.IsUnknown(): // Nothing changes.
		return
	default:
		plan.PreviousVersion = types.StringNull()
	}
	if !moves || plan.Version.IsUnknown() {
		return
	}
	if found, read := r.session.ledger.Noted(plan.alias()); read && prior.Version.IsNull() && found == plan.Version.ValueString() {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("The alias %q of model %q leads nowhere", plan.alias().Name, plan.alias().Model),
			fmt.Sprintf("Version %s, which it points at, was deleted. Point it at another version, or remove this resource, which deletes the alias.\n\n%s", found, destroyAdvice))
		return
	}
	r.session.require(ctx, plan.ModelName.ValueString(), plan.number(), diags)
}

// claim notes that the resource declares the alias, and fails the plan if another one does, too. Two that are in the state and agree are
// let be: it must block neither a plan nor a destroy.
func (r *modelAliasResource) claim(plan *modelAliasState, stored, changes bool, diags *diag.Diagnostics) bool {
	at := plan.alias()
	met := r.session.declareObject(claim.Claim{
		On: at, Of: at, Owner: modelAliasType, Stored: stored, Changes: changes, Value: plan.Version.ValueString(), Unknown: plan.Version.IsUnknown(),
	}, "alias", diags)
	if len(met.Rivals) > 0 {
		declaredTwice(at, diags)
	}
	return !diags.HasError()
}

// planNew plans an alias that is new to the state, or becomes another one. It fails one that somebody else owns: another resource, or
// nobody's state.
func (r *modelAliasResource) planNew(ctx context.Context, plan *modelAliasState, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags, at, moves := &resp.Diagnostics, plan.alias(), !req.State.Raw.IsNull()
	if !r.claim(plan, moves, true, diags) {
		return
	}
	plan.PreviousVersion = types.StringNull()
	model, err := r.session.cache.Model(ctx, at.Model)
	if err != nil && !r.session.mayBeToCome(at.Model, err) {
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", at.Model), explain(err))
		return
	}
	if err == nil && model.IsPrompt() {
		refusePrompt("model_name", at.Model, diags)
		return
	}
	if err == nil && !r.planTaken(ctx, plan, model, req, resp) {
		return
	}
	if !plan.Version.IsUnknown() {
		r.session.require(ctx, at.Model, plan.number(), diags)
	}
}

// planTaken plans an alias that is there and yet new to the state: it was tainted or is replaced, or another resource has it and goes. It
// reports whether it may be taken.
func (r *modelAliasResource) planTaken(
	ctx context.Context, plan *modelAliasState, model registry.Model, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) bool {
	at := plan.alias()
	number, taken := model.Aliases[at.Name]
	found := number.String()
	if !taken {
		// What an apply has just left for this resource may have gone since, with its version or its model: the plan said where it points.
		if found, taken = r.session.ledger.Kept(at); !taken {
			goes := func(other string) bool { return r.session.isReplaced(ctx, claim.Alias(at.Model, other)) }
			return spelled(ctx, r.session, "alias", "alias", at.Model, at.Name, model.Aliases, goes, &resp.Diagnostics)
		}
	}
	// During an apply the resource that goes may have gone by now.
	if !r.session.isApply(req, at.Model) && (!req.State.Raw.IsNull() || !r.session.ledger.Stored(ctx, at)) {
		resp.Diagnostics.AddAttributeError(path.Root("alias"), fmt.Sprintf("The alias %q of model %q exists already", at.Name, at.Model),
			takenAlias(at, number))
		return false
	}
	note := &departureNote{Kept: []claim.Object{at}, On: &at, Value: found}
	note.save(ctx, resp.Private, &resp.Diagnostics)
	switch {
	case plan.Version.IsUnknown():
		plan.PreviousVersion = types.StringUnknown()
	case found != plan.Version.ValueString():
		plan.PreviousVersion = types.StringValue(found)
	}
	return true
}

// planLeaving notes what the destroy of an alias has to know: where the plan saw it point, and whether another resource keeps it.
// Terraform up to 1.11 plans the destroy from the state before the refresh.
func (r *modelAliasResource) planLeaving(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var prior modelAliasState
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	at := prior.alias()
	note := &departureNote{On: &at, Value: prior.Version.ValueString()}
	if found, read := r.session.ledger.Noted(at); read {
		note.Value = found
	}
	if kept, _ := r.session.ledger.Leave(ctx, claim.Departure{On: at}); kept {
		note.Kept = append(note.Kept, at)
	}
	note.save(ctx, resp.Private, &resp.Diagnostics)
}

// declaredTwice adds the error for an alias that two resources have.
func declaredTwice(at claim.Object, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("Two resources declare the alias %q of model %q", at.Name, at.Model),
		"An alias points at one version. Keep one of the two resources.")
}

// takenAlias tells how to take an alias over with open eyes.
func takenAlias(at claim.Object, number registry.Number) string {
	return fmt.Sprintf("It points at version %s, it is not in this Terraform state, and it was left as it is. ", number) +
		importAdvice(modelAliasType, at.Model+"/"+at.Name)
}

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
	var config, plan, prior modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	exists, known := !req.State.Raw.IsNull(), !plan.ModelName.IsUnknown() && !plan.Alias.IsUnknown()
	if exists {
		resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	proposed := plan
	plan.ModelURI = modelURI(plan.ModelName, plan.Alias, "@")
	planning := &aliasPlanning{modelAliasResource: r, config: &config, plan: &plan, diags: &resp.Diagnostics}
	if exists {
		planning.prior = &prior
		changed := otherParts(part{"model_name", prior.ModelName, plan.ModelName}, part{"alias", prior.Alias, plan.Alias})
		switch {
		case len(changed) > 0 && r.session.replaces(req, prior.alias()):
			resp.RequiresReplace = changed // Terraform plans once more, with no prior state.
			return
		case known && plan.alias() == prior.alias():
			planning.move(ctx, req)
		case known:
			planning.create(ctx, req, resp)
		}
	} else if known {
		planning.create(ctx, req, resp)
	}
	if !resp.Diagnostics.HasError() && !reflect.DeepEqual(plan, proposed) {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

// aliasPlanning is one plan of an alias. prior is nil for one that is new to the state.
type aliasPlanning struct {
	*modelAliasResource
	config, plan, prior *modelAliasState
	diags               *diag.Diagnostics
}

// promotion is what the plan promotes, if it moves the alias.
func (p *aliasPlanning) promotion() promotion {
	at := p.plan.alias()
	return promotion{model: at.Model, version: p.plan.number(), to: target{alias: at.Name}}
}

// signs plans promoted_with. moves says that the alias moves; what the last move wrote stays otherwise.
func (p *aliasPlanning) signs(ctx context.Context, moves bool, unwritten *unwrittenTags) {
	before := types.SetNull(types.StringType)
	if p.prior != nil {
		before = p.prior.PromotedWith
	}
	if moves && p.plan.Version.IsUnknown() && p.prior != nil { // It may turn out to be the same.
		p.plan.PromotedWith = types.SetUnknown(types.StringType)
		return
	}
	p.plan.PromotedWith = p.session.planSignature(ctx, p.promotion(), moves, p.config.PromotionTags, before, unwritten, p.diags)
}

// judge fails the plan if the version may not get the alias. The plan that an apply makes again leaves the version to the move, and
// costs no request for it.
func (p *aliasPlanning) judge(ctx context.Context, req resource.ModifyPlanRequest) {
	at := p.plan.alias()
	if req.ClientCapabilities.DeferralAllowed && !p.session.ledger.Written(at.Model) {
		return
	}
	version, ok := p.session.require(ctx, at.Model, p.plan.number(), p.diags)
	if !ok {
		return
	}
	goal := p.guarded(ctx, p.plan, p.diags)
	goal.RequireTags = knownRequirements(goal.RequireTags, p.plan.RequireTags)
	if err := handover.CheckAlias(version, goal); err != nil {
		p.diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Version %s of model %q may not get the alias %q", goal.Version, at.Model, at.Name),
			explain(err))
	}
}

// move plans an alias that is in the state. The plan says what it takes the alias from; where the resource does not change at all,
// what the last change took it from stays in the state.
func (p *aliasPlanning) move(ctx context.Context, req resource.ModifyPlanRequest) {
	plan, prior, at := p.plan, p.prior, p.plan.alias()
	moves := !plan.Version.Equal(prior.Version)
	if !p.claim(plan, true, moves, p.diags) {
		return
	}
	unwritten := loadUnwritten(ctx, req.Private, p.diags)
	p.signs(ctx, moves, unwritten)
	switch {
	case plan.Version.IsUnknown(), !moves && plan.PromotedWith.IsUnknown(): // It may turn out to be the same.
		plan.PreviousVersion = types.StringUnknown()
	case moves:
		plan.PreviousVersion = prior.Version
	case !plan.PreviousVersion.IsUnknown() && plan.PromotedWith.Equal(prior.PromotedWith): // Nothing changes.
		plan.PreviousVersion = prior.PreviousVersion
		return
	default:
		plan.PreviousVersion = types.StringNull()
	}
	if !moves || plan.Version.IsUnknown() {
		return
	}
	if found, read := p.session.ledger.Noted(at); read && prior.Version.IsNull() && found == plan.Version.ValueString() {
		p.diags.AddAttributeError(path.Root("version"), fmt.Sprintf("The alias %q of model %q leads nowhere", at.Name, at.Model),
			fmt.Sprintf("Version %s, which it points at, was deleted. Point it at another version, or remove this resource, which deletes the alias.\n\n%s", found, destroyAdvice))
		return
	}
	p.judge(ctx, req)
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
	r.session.keepsNoStage(at, diags)
	return !diags.HasError()
}

// create plans an alias that is new to the state, or becomes another one. It fails one that somebody else owns: another resource, or
// nobody's state.
func (p *aliasPlanning) create(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	plan, at, moves := p.plan, p.plan.alias(), !req.State.Raw.IsNull()
	if !p.claim(plan, moves, true, p.diags) {
		return
	}
	plan.PreviousVersion = types.StringNull()
	model, err := p.session.cache.Model(ctx, at.Model)
	if err != nil && !p.session.mayBeToCome(at.Model, err) {
		p.diags.AddError(fmt.Sprintf("Unable to read registered model %q", at.Model), explain(err))
		return
	}
	if err == nil && model.IsPrompt() {
		refusePrompt("model_name", at.Model, p.diags)
		return
	}
	if err == nil && !p.planTaken(ctx, plan, model, req, resp) {
		return
	}
	number, found := model.Aliases[at.Name]
	isThere := found && !plan.Version.IsUnknown() && number == plan.number()
	p.signs(ctx, !isThere, nil)
	if !plan.Version.IsUnknown() && !isThere {
		p.judge(ctx, req)
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

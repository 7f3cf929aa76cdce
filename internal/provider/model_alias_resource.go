package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const modelAliasType = typeName + "_model_alias"

var (
	_ resource.ResourceWithConfigure   = (*modelAliasResource)(nil)
	_ resource.ResourceWithIdentity    = (*modelAliasResource)(nil)
	_ resource.ResourceWithImportState = (*modelAliasResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*modelAliasResource)(nil)
)

type modelAliasResource struct{ configuredResource }

func newModelAliasResource() resource.Resource { return &modelAliasResource{} }

func (r *modelAliasResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = modelAliasType
}

func (r *modelAliasResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An alias of a registered model, such as `champion`: a name that points at one version (MLflow 2.3 and newer). " +
			"Changing `version` moves it in one step, so that readers always find it.",
		Attributes: map[string]schema.Attribute{
			"model_name": schema.StringAttribute{
				Required: true, PlanModifiers: replace, Validators: []validator.String{modelNameRule()},
				MarkdownDescription: "Name of the registered model. A change replaces the alias.",
			},
			"alias": schema.StringAttribute{
				Required: true, PlanModifiers: replace, Validators: []validator.String{aliasRule()},
				MarkdownDescription: fmt.Sprintf("Name of the alias: letters, digits, `_` and `-`, at most %d characters; case matters. MLflow keeps "+
					"`latest` and `v` followed by a number for itself. A change replaces the alias.", registry.MaxAliasLength),
			},
			"version": schema.StringAttribute{
				Required: true, Validators: []validator.String{versionNumberRule()},
				MarkdownDescription: "Number of the version that the alias points at, as a string or a number. It may be known only after apply, as in " +
					"`mlregistry_model_version.new.version`.",
			},
			"timeouts": timeoutsAttribute(ctx, "creating the alias", "changing the alias", "deleting the alias"),
		},
	}
}

func (r *modelAliasResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.session.known() {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planLeaving(ctx, req, &resp.Diagnostics)
		return
	}
	var plan modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	if resp.Diagnostics.HasError() || plan.ModelName.IsUnknown() || plan.Alias.IsUnknown() {
		return
	}
	at := aliasPlace{plan.ModelName.ValueString(), plan.Alias.ValueString()}
	if !req.State.Raw.IsNull() {
		var prior modelAliasState
		resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
		if before := (aliasPlace{prior.ModelName.ValueString(), prior.Alias.ValueString()}); before != at {
			return // Terraform plans once more, with no prior state.
		}
		if r.session.aliases.keep(at, plan.Version) {
			declaredTwice(at, &resp.Diagnostics)
			return
		}
		if plan.Version.Equal(prior.Version) {
			return
		}
	} else if !r.planNew(ctx, at, plan, &resp.Diagnostics) {
		return
	}
	if plan.Version.IsUnknown() {
		return
	}
	r.session.require(ctx, at.model, plan.number(), &resp.Diagnostics)
}

// planNew fails the plan of an alias that somebody else owns: another resource, or nobody's state.
func (r *modelAliasResource) planNew(ctx context.Context, at aliasPlace, plan modelAliasState, diags *diag.Diagnostics) bool {
	replaced, duplicate := r.session.aliases.claim(at, plan.Version)
	if duplicate {
		declaredTwice(at, diags)
		return false
	}
	if r.session.aliases.isLeaving(at) {
		leavesAndComes(at, diags)
		return false
	}
	model, err := r.session.cache.Model(ctx, at.model)
	if replaced || r.session.mayBeToCome(at.model, err) {
		return true // The model may be created by this apply.
	}
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", at.model), explain(err))
		return false
	}
	if model.IsPrompt() {
		refusePrompt("model_name", at.model, diags)
		return false
	}
	number, taken := model.Aliases[at.alias]
	inState := r.session.aliases.isRead(at) && (plan.Version.IsUnknown() || number == plan.number()) // A tainted one is planned as new.
	if taken && !inState && !r.session.aliases.isOurs(at) {
		diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("The alias %q of model %q exists already", at.alias, at.model), takenAlias(at, number))
		return false
	}
	return true
}

// planLeaving fails the plan that deletes an alias and gives it to another resource at once: Terraform does the two in any order.
func (r *modelAliasResource) planLeaving(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) {
	var prior modelAliasState
	diags.Append(read(ctx, req.State, &prior)...)
	if at := (aliasPlace{prior.ModelName.ValueString(), prior.Alias.ValueString()}); r.session.aliases.leave(at) {
		leavesAndComes(at, diags)
	}
}

// leavesAndComes adds the error for an alias whose resource goes while another one comes.
func leavesAndComes(at aliasPlace, diags *diag.Diagnostics) {
	diags.AddError(fmt.Sprintf("The alias %q of model %q would leave one resource and come to another", at.alias, at.model),
		"Terraform deletes the one and creates the other in any order, so that the alias could be missing. If the block has only got another "+
			"name, add a moved block from the old address to the new one.")
}

// declaredTwice adds the error for an alias that two resources have.
func declaredTwice(at aliasPlace, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("Two resources declare the alias %q of model %q", at.alias, at.model),
		"An alias points at one version. Keep one of the two resources.")
}

// takenAlias tells how to take an alias over with open eyes.
func takenAlias(at aliasPlace, number registry.Number) string {
	return fmt.Sprintf("It points at version %s, it is not in this Terraform state, and it was left as it is. ", number) +
		importAdvice(modelAliasType, at.model+"/"+at.alias)
}

func (r *modelAliasResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(&resp.Diagnostics) {
		return
	}
	at := aliasPlace{plan.ModelName.ValueString(), plan.Alias.ValueString()}
	defer r.session.aliases.writes.lock(at)()
	model, err := r.session.cache.Fresh().Model(ctx, at.model)
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to create alias %q of model %q", at.alias, at.model), explain(err))
		return
	}
	if number, taken := model.Aliases[at.alias]; taken && number != plan.number() {
		resp.Diagnostics.AddAttributeError(path.Root("alias"), fmt.Sprintf("The alias %q of model %q exists already", at.alias, at.model),
			takenAlias(at, number))
		return
	}
	r.session.aliases.own(at)
	r.set(ctx, &plan, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}
}

// set points the alias, and makes sure that it does.
func (r *modelAliasResource) set(ctx context.Context, plan *modelAliasState, diags *diag.Diagnostics) {
	at := aliasPlace{plan.ModelName.ValueString(), plan.Alias.ValueString()}
	wanted := plan.number()
	err := r.session.cache.SetAlias(ctx, at.model, at.alias, wanted)
	var model registry.Model
	if err == nil {
		model, err = r.session.cache.Model(ctx, at.model)
	}
	if err != nil {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Unable to point alias %q of model %q at version %s", at.alias, at.model, wanted), explain(err))
		return
	}
	if got := model.Aliases[at.alias]; got != wanted {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("The alias %q of model %q was moved by somebody else", at.alias, at.model),
			fmt.Sprintf("It was pointed at version %s, and somebody else changed it at the same time. Run terraform plan to see where it points now.", wanted))
	}
}

func (r *modelAliasResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state modelAliasState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	identify(ctx, resp.Identity, state.identity(), &resp.Diagnostics)
	imported := takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkRead(&resp.Diagnostics) {
		return
	}
	at := aliasPlace{state.ModelName.ValueString(), state.Alias.ValueString()}
	model, err := r.session.cache.Model(ctx, at.model)
	if _, found := model.Aliases[at.alias]; err == nil && !found {
		model, err = r.session.cache.ConfirmModel(ctx, at.model)
	}
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read alias %q of model %q", at.alias, at.model), explain(err))
		return
	}
	if err == nil && imported && model.IsPrompt() {
		refusePrompt("model_name", at.model, &resp.Diagnostics)
		return
	}
	if err == nil && state.fromRegistry(model) {
		r.session.aliases.note(at)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	if imported {
		nothingToImport(fmt.Sprintf("alias %q of model %q", at.alias, at.model), &resp.Diagnostics)
		return
	}
	resp.State.RemoveResource(ctx)
}

func (r *modelAliasResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(&resp.Diagnostics) {
		return
	}
	r.set(ctx, &plan, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		identify(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
	}
}

func (r *modelAliasResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state modelAliasState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(&resp.Diagnostics) {
		return
	}
	at := aliasPlace{state.ModelName.ValueString(), state.Alias.ValueString()}
	defer r.session.aliases.writes.lock(at)()
	if r.session.aliases.isOurs(at) {
		return // The resource that replaces this one, or has another name, has set it.
	}
	if err := r.session.cache.DeleteAlias(ctx, at.model, at.alias); err != nil && !errors.Is(err, registry.ErrNotFound) {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to delete alias %q of model %q", at.alias, at.model), explain(err))
	}
}

func (r *modelAliasResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key := importKey{attribute: "alias", example: "champion", check: registry.ValidateAlias}
	model, alias := key.read(ctx, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("model_name"), model)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("alias"), alias)...)
	markImported(ctx, resp.Private, &resp.Diagnostics)
}

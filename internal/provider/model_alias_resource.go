package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const modelAliasType = typeName + "_model_alias"

var (
	_ resource.ResourceWithConfigure    = (*modelAliasResource)(nil)
	_ resource.ResourceWithIdentity     = (*modelAliasResource)(nil)
	_ resource.ResourceWithImportState  = (*modelAliasResource)(nil)
	_ resource.ResourceWithModifyPlan   = (*modelAliasResource)(nil)
	_ resource.ResourceWithUpgradeState = (*modelAliasResource)(nil)
)

type modelAliasResource struct{ configuredResource }

func newModelAliasResource() resource.Resource { return &modelAliasResource{} }

func (r *modelAliasResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = modelAliasType
	// An update moves the alias, if only the apply knows where to.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *modelAliasResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = modelAliasSchema(ctx)
}

func (r *modelAliasResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	if r.set(ctx, aliasChange{config: &config, plan: &plan}, resp.Private, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}
}

func (r *modelAliasResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state modelAliasState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	identify(ctx, resp.Identity, state.identity(), &resp.Diagnostics)
	imported := takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	at := state.alias()
	if resp.Diagnostics.HasError() || !r.session.checkRead(at, &resp.Diagnostics) {
		return
	}
	model, err := r.session.cache.Model(ctx, at.Model)
	if _, found := model.Aliases[at.Name]; err == nil && !found {
		model, err = r.session.cache.ConfirmModel(ctx, at.Model)
	}
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read alias %q of model %q", at.Name, at.Model), explain(err))
		return
	}
	if err == nil && imported && model.IsPrompt() {
		refusePrompt("model_name", at.Model, &resp.Diagnostics)
		return
	}
	if err == nil && state.fromRegistry(model) {
		r.session.ledger.Note(at, state.Version.ValueString())
		if r.leadsNowhere(ctx, at, model, req.Private, &resp.Diagnostics) {
			state.Version = types.StringNull()
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	if imported {
		nothingToImport(fmt.Sprintf("alias %q of model %q", at.Name, at.Model), &resp.Diagnostics)
		return
	}
	resp.State.RemoveResource(ctx)
}

// Update moves the alias to another version. If it was not known when the update was planned which alias it would be, and it is another
// one than before, it moves the whole alias.
func (r *modelAliasResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, prior modelAliasState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	unwritten := loadUnwritten(ctx, req.Private, &resp.Diagnostics)
	at := prior.alias()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) ||
		!r.session.signBelatedly(ctx, at.Model, target{alias: at.Name}, config.PromotionTags, &unwritten, &prior.PromotedWith, &resp.Diagnostics) {
		return
	}
	saveUnwritten(ctx, unwritten, resp.Private, &resp.Diagnostics)
	moves := plan.alias() != at
	change := aliasChange{config: &config, plan: &plan, prior: &prior}
	if !moves {
		change.before = &prior
	}
	if !r.set(ctx, change, resp.Private, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &prior)...) // With the keys of tags that were written belatedly.
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	identify(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
	if moves && prior.OnDestroy.ValueString() != destroyRetain {
		r.remove(ctx, at, prior.Version.ValueString(), &resp.Diagnostics)
	}
}

func (r *modelAliasResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state modelAliasState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	at := state.alias()
	note := loadDepartureNote(ctx, req.Private, &resp.Diagnostics)
	retained := state.OnDestroy.ValueString() == destroyRetain
	if resp.Diagnostics.HasError() || !retained && !r.session.checkWrite(at.Model, &resp.Diagnostics) {
		return
	}
	planned := note.saw(at, state.Version.ValueString())
	if !retained && !note.keeps(at) {
		r.remove(ctx, at, planned, &resp.Diagnostics)
	} else if r.session.known() {
		r.session.ledger.Writes(at.Model) // The plan of the create that follows a destroy is told by it that it is made in an apply.
		r.session.ledger.Keep(at, planned)
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

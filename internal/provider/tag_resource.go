package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	registeredModelTagType = typeName + "_registered_model_tag"
	modelVersionTagType    = typeName + "_model_version_tag"
)

var (
	_ resource.ResourceWithConfigure   = (*tagResource)(nil)
	_ resource.ResourceWithIdentity    = (*tagResource)(nil)
	_ resource.ResourceWithImportState = (*tagResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*tagResource)(nil)
)

// tagResource is one tag of a registered model, or of a version.
type tagResource struct {
	configuredResource
	ofVersion bool
}

func newRegisteredModelTagResource() resource.Resource { return &tagResource{} }

func newModelVersionTagResource() resource.Resource { return &tagResource{ofVersion: true} }

// typ is the type's name.
func (r *tagResource) typ() string {
	if r.ofVersion {
		return modelVersionTagType
	}
	return registeredModelTagType
}

func (r *tagResource) owner() tagOwner { return tagOwner(r.typ()) }

func (r *tagResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.typ()
}

func (r *tagResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	object, owner := "registered model", registeredModelType
	if r.ofVersion {
		object, owner = "model version", modelVersionType
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("One tag of a %[1]s that something else owns: another configuration, a pipeline, or `%[2]s` in this one. "+
			"Every other tag is left alone. `tags` of `%[2]s` leaves this tag alone as long as it does not declare the same key: a plan in which "+
			"both do fails. A tag that exists already with the same value is taken over with a warning; with another value it is an error that "+
			"shows how to import it.", object, owner),
		Attributes: map[string]schema.Attribute{
			"model_name": schema.StringAttribute{
				Required: true, PlanModifiers: replace, Validators: []validator.String{modelNameRule()},
				MarkdownDescription: "Name of the registered model. A change replaces the tag.",
			},
			"key": schema.StringAttribute{
				Required: true, PlanModifiers: replace, Validators: tagKeyRules(),
				MarkdownDescription: fmt.Sprintf("Key of the tag: letters, digits, `_`, `-`, `.`, `:`, `/` and spaces, at most %d characters. MLflow's own "+
					"(`mlflow.*`) are refused. A change replaces the tag.", registry.MaxTagKeyLength),
			},
			"value": schema.StringAttribute{
				Required: true, Validators: []validator.String{tagValueRule()},
				MarkdownDescription: fmt.Sprintf("Value of the tag, at most %d characters. A change is made in place.", registry.MaxTagValueLength),
			},
			"timeouts": timeoutsAttribute(ctx, "setting the tag", "changing the tag", "removing the tag"),
		},
	}
	if r.ofVersion {
		resp.Schema.Attributes["version"] = schema.StringAttribute{
			Required: true, PlanModifiers: replace, Validators: []validator.String{versionNumberRule()},
			MarkdownDescription: "Number of the version, as a string or a number. It may be known only after apply, as in " +
				"`mlregistry_model_version.new.version`. A change replaces the tag.",
		}
	}
}

func (r *tagResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.get(ctx, req.Plan, &resp.Diagnostics)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(&resp.Diagnostics) {
		return
	}
	at, _ := plan.place()
	defer r.session.tags.writes.lock(at)()
	found, err := tag(ctx, r.session.cache.Fresh(), at)
	if err == nil && found.ofPrompt {
		refusePrompt("model_name", at.model, &resp.Diagnostics)
		return
	}
	if err == nil && found.present && found.value != plan.Value.ValueString() {
		resp.Diagnostics.AddAttributeError(path.Root("key"), fmt.Sprintf("The %s exists already", at), r.takenTag(at, found.value))
		return
	}
	r.session.tags.own(at)
	if err == nil {
		err = r.session.setTag(ctx, at, plan.Value.ValueString())
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to set the %s", at), explain(err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, r.form(plan))...)
	identify(ctx, resp.Identity, r.identity(plan), &resp.Diagnostics)
}

func (r *tagResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.get(ctx, req.State, &resp.Diagnostics)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	identify(ctx, resp.Identity, r.identity(state), &resp.Diagnostics)
	imported := takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkRead(&resp.Diagnostics) {
		return
	}
	at, _ := state.place()
	found, err := tag(ctx, r.session.cache, at)
	switch {
	case err != nil && !errors.Is(err, registry.ErrNotFound):
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read the %s", at), explain(err))
	case imported && found.ofPrompt:
		refusePrompt("model_name", at.model, &resp.Diagnostics)
	case found.present:
		state.Value = types.StringValue(found.value)
		resp.Diagnostics.Append(resp.State.Set(ctx, r.form(state))...)
	case imported:
		nothingToImport(at.String(), &resp.Diagnostics)
	default:
		resp.State.RemoveResource(ctx)
	}
}

func (r *tagResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := r.get(ctx, req.Plan, &resp.Diagnostics)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(&resp.Diagnostics) {
		return
	}
	at, _ := plan.place()
	if err := r.session.declare(ctx, at, plan.Value.ValueString()); err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to set the %s", at), explain(err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, r.form(plan))...)
	identify(ctx, resp.Identity, r.identity(plan), &resp.Diagnostics)
}

// Delete removes the tag, unless it moves to the tags of its object or to another resource in this apply.
func (r *tagResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.get(ctx, req.State, &resp.Diagnostics)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(&resp.Diagnostics) {
		return
	}
	at, _ := state.place()
	defer r.session.tags.writes.lock(at)()
	if r.session.tags.claimed(at, false) || r.session.tags.isSet(at) {
		return
	}
	if err := r.session.deleteTag(ctx, at); err != nil && !errors.Is(err, registry.ErrNotFound) {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to remove the %s", at), explain(err))
	}
}

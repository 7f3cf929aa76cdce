package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
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
	// An update moves the tag, if only the apply knows where to.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *tagResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	object, owner, rule, most := "registered model", registeredModelType, modelTagValueRule(), registry.MaxModelTagValueLength
	if r.ofVersion {
		object, owner, rule, most = "model version", modelVersionType, versionTagValueRule(), registry.MaxTagValueLength
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("One tag of a %[1]s that something else owns: another configuration, a pipeline, or `%[2]s` in this one. "+
			"Every other tag is left alone. `tags` of `%[2]s` leaves this tag alone as long as it does not declare the same key: a plan in which "+
			"both do fails. A tag that exists already with the same value is taken over with a warning; with another value it is an error that "+
			"shows how to import it.", object, owner),
		Attributes: map[string]schema.Attribute{
			"model_name": schema.StringAttribute{
				Required: true, Validators: []validator.String{modelNameRule()},
				MarkdownDescription: "Name of the registered model. A change replaces the tag.",
			},
			"key": schema.StringAttribute{
				Required: true, Validators: tagKeyRules(),
				MarkdownDescription: fmt.Sprintf("Key of the tag: letters, digits, `_`, `-`, `.`, `:`, `/` and spaces, at most %d characters. MLflow's own "+
					"(`mlflow.*`) are refused. A change replaces the tag.", registry.MaxTagKeyLength),
			},
			"value": schema.StringAttribute{
				Required: true, Validators: []validator.String{tagValueRule(), rule},
				MarkdownDescription: fmt.Sprintf("Value of the tag, at most %d characters. A change is made in place.", most),
			},
			"timeouts": timeoutsAttribute(ctx, "setting the tag", "changing the tag", "removing the tag"),
		},
	}
	if r.ofVersion {
		resp.Schema.Attributes["version"] = schema.StringAttribute{
			Required: true, Validators: []validator.String{versionNumberRule()},
			MarkdownDescription: "Number of the version, as a string or a number. It may be known only after apply, as in " +
				"`mlregistry_model_version.new.version`. A change replaces the tag.",
		}
	}
}

func (r *tagResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.get(ctx, req.Plan, &resp.Diagnostics)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	at, _ := plan.place()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(at.model, &resp.Diagnostics) || !r.put(ctx, at, plan, nil, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, r.form(plan))...)
	identify(ctx, resp.Identity, r.identity(plan), &resp.Diagnostics)
}

// put sets a tag, if it is as the plan saw it: it is not there or, with before, has the value of before.
func (r *tagResource) put(ctx context.Context, at tagPlace, plan tagState, before *tagState, diags *diag.Diagnostics) bool {
	defer r.session.writes.Lock(at.object())()
	wanted := plan.Value.ValueString()
	found, err := tag(ctx, r.session.cache.Fresh(), at)
	switch {
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to set the %s", at), explain(err))
		return false
	case found.ofPrompt:
		refusePrompt("model_name", at.model, diags)
		return false
	case found.present && found.value == wanted && before != nil:
		return true
	case before == nil && found.present && found.value != wanted:
		diags.AddAttributeError(path.Root("key"), fmt.Sprintf("The %s exists already", at), r.takenTag(at, found.value))
		return false
	case before != nil && (!found.present || found.value != before.Value.ValueString()):
		diags.AddAttributeError(path.Root("value"), fmt.Sprintf("The %s was changed since the plan", at), changedTag(found, before.Value.ValueString()))
		return false
	}
	if !found.present && !spelled(ctx, r.session, "key", "tag", at.model, at.key, found.all, nil, diags) {
		return false
	}
	r.session.ledger.Set(at.object())
	if err := r.session.setTag(ctx, at, wanted); err != nil {
		diags.AddError(fmt.Sprintf("Unable to set the %s", at), explain(err))
		return false
	}
	return true
}

// changedTag says what somebody has done to a tag since the plan.
func changedTag(found foundTag, planned string) string {
	now := "Somebody has removed it"
	if found.present {
		now = fmt.Sprintf("Its value is %q now", found.value)
	}
	return fmt.Sprintf("%s; the plan saw %q. It was left as it is. Run terraform plan to see what an apply would change now.", now, planned)
}

func (r *tagResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.get(ctx, req.State, &resp.Diagnostics)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	identify(ctx, resp.Identity, r.identity(state), &resp.Diagnostics)
	imported := takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	at, _ := state.place()
	if resp.Diagnostics.HasError() || !r.session.checkRead(at.object(), &resp.Diagnostics) {
		return
	}
	found, err := tag(ctx, r.session.cache, at)
	switch {
	case err != nil && !errors.Is(err, registry.ErrNotFound):
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read the %s", at), explain(err))
	case imported && found.ofPrompt:
		refusePrompt("model_name", at.model, &resp.Diagnostics)
	case found.present:
		r.session.ledger.Note(at.object(), found.value)
		state.Value = types.StringValue(found.value)
		resp.Diagnostics.Append(resp.State.Set(ctx, r.form(state))...)
	case imported:
		nothingToImport(at.String(), &resp.Diagnostics)
	default:
		resp.State.RemoveResource(ctx)
	}
}

// Update changes the value. If the tag was not known when the update was planned, and is another one than before, it moves it.
func (r *tagResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, prior := r.get(ctx, req.Plan, &resp.Diagnostics), r.get(ctx, req.State, &resp.Diagnostics)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	at, _ := plan.place()
	from, _ := prior.place()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(at.model, &resp.Diagnostics) {
		return
	}
	before := &prior
	if from != at {
		before = nil
	}
	if !r.put(ctx, at, plan, before, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, r.form(plan))...)
	identify(ctx, resp.Identity, r.identity(plan), &resp.Diagnostics)
	if from != at {
		r.remove(ctx, from, prior.Value.ValueString(), &resp.Diagnostics)
	}
}

// Delete removes the tag, unless it moves to the tags of its object or to another resource in this apply.
func (r *tagResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.get(ctx, req.State, &resp.Diagnostics)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	at, _ := state.place()
	note := loadDepartureNote(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkWrite(at.model, &resp.Diagnostics) || note.keeps(at.object()) {
		return
	}
	r.remove(ctx, at, note.saw(at.object(), state.Value.ValueString()), &resp.Diagnostics)
}

// remove removes a tag, unless another resource has it, or somebody has given it another value than the plan saw.
func (r *tagResource) remove(ctx context.Context, at tagPlace, planned string, diags *diag.Diagnostics) {
	defer r.session.writes.Lock(at.object())()
	if r.session.ledger.Declared(at.object()) || r.session.ledger.IsSet(at.object()) {
		return
	}
	found, err := tag(ctx, r.session.cache.Fresh(), at)
	if err == nil && found.present && found.value != planned {
		diags.AddWarning(fmt.Sprintf("The %s was left alone", at), changedTag(found, planned))
		return
	}
	if err == nil && found.present {
		err = r.session.deleteTag(ctx, at)
	}
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		diags.AddError(fmt.Sprintf("Unable to remove the %s", at), explain(err))
	}
}

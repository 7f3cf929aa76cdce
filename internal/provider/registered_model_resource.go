package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const registeredModelType = typeName + "_registered_model"

var (
	_ resource.ResourceWithConfigure   = (*registeredModelResource)(nil)
	_ resource.ResourceWithIdentity    = (*registeredModelResource)(nil)
	_ resource.ResourceWithImportState = (*registeredModelResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*registeredModelResource)(nil)
)

type registeredModelResource struct{ configuredResource }

func newRegisteredModelResource() resource.Resource { return &registeredModelResource{} }

func (r *registeredModelResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = registeredModelType
}

func (r *registeredModelResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A registered model: the name under which a registry keeps the versions of one model.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required: true,
				MarkdownDescription: fmt.Sprintf("Name of the model: not empty, without `/` and `:`, at most %d characters. A change replaces the model, "+
					"which is refused while it has versions (unless `force_destroy` is set): rename it in MLflow and import it instead.", registry.MaxModelNameLength),
				Validators:    []validator.String{modelNameRule()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"description": descriptionAttribute(),
			"tags":        tagsAttribute(modelTagValueRule()),
			"force_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Allow Terraform to delete the model together with all its versions, in every stage. Default: `false`: " +
					"deleting or renaming a model that has versions is refused.",
			},
			"timeouts": timeoutsAttribute(ctx, "creating the model", "changing the model", "deleting the model"),
		},
	}
}

func (r *registeredModelResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan registeredModelState
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	wanted := plan.toRegistry(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkWrite(wanted.Name, &resp.Diagnostics) {
		return
	}
	model, err := r.create(ctx, wanted)
	if errors.Is(err, registry.ErrAlreadyExists) {
		switch {
		case takenByPrompt(err): // Whoever may not read the prompt is told, too.
			refusePrompt("name", wanted.Name, &resp.Diagnostics)
		case r.session.mayBeModel(ctx, "name", wanted.Name, &resp.Diagnostics):
			modelExists(wanted.Name, err, &resp.Diagnostics)
		}
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to create registered model %q", wanted.Name), explain(err))
		return
	}
	plan.finish(ctx, model, &undeclared{}, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// create registers the model. After an error it reads whether the model is there now, with what was asked: the plan has seen that it was not.
func (r *registeredModelResource) create(ctx context.Context, wanted registry.NewModel) (registry.Model, error) {
	model, err := r.session.cache.CreateModel(ctx, wanted)
	if err == nil || errors.Is(err, registry.ErrAlreadyExists) || errors.Is(err, registry.ErrOtherSpelling) {
		return model, err
	}
	unknown := errors.Is(err, registry.ErrOutcomeUnknown)
	ctx, cancel := afterwards(ctx) // What was created when the time was up is to get into the state.
	defer cancel()
	found, readErr := r.session.cache.Model(ctx, wanted.Name)
	same := readErr == nil && found.Description == wanted.Description && maps.Equal(found.Tags, wanted.Tags)
	switch {
	case same:
		return found, nil
	case !unknown:
		return model, err
	case readErr != nil:
		return model, errors.Join(err, readErr)
	}
	return model, fmt.Errorf("%w: a registered model of this name with other content exists now; the call for this one failed: %w",
		registry.ErrAlreadyExists, err)
}

func (r *registeredModelResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state registeredModelState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	identify(ctx, resp.Identity, state.identity(), &resp.Diagnostics)
	imported := takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkRead(claim.Model(state.Name.ValueString()), &resp.Diagnostics) {
		return
	}
	r.forced(state.Name.ValueString(), state.ForceDestroy)
	model, err := r.session.cache.Model(ctx, state.Name.ValueString())
	if err == nil && (imported || !state.shows(ctx, model)) {
		model, err = r.session.cache.ConfirmModel(ctx, model.Name)
	}
	if errors.Is(err, registry.ErrNotFound) {
		if imported {
			nothingToImport(fmt.Sprintf("registered model %q", state.Name.ValueString()), &resp.Diagnostics)
			return
		}
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read registered model %q", state.Name.ValueString()), explain(err))
		return
	}
	if imported && model.IsPrompt() {
		refusePrompt("name", model.Name, &resp.Diagnostics)
		return
	}
	state.fromRegistry(ctx, model, imported, &resp.Diagnostics)
	if imported {
		noteFound(ctx, state.Tags, resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *registeredModelResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, prior registeredModelState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	name := plan.Name.ValueString()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(name, &resp.Diagnostics) {
		return
	}
	found := loadUndeclared(ctx, req.Private, &resp.Diagnostics)
	before := declaredTags(ctx, found.managed(prior.Tags, config.Tags), &resp.Diagnostics)
	after := declaredTags(ctx, config.Tags, &resp.Diagnostics)
	err := r.session.changeTags(ctx, tagPlace{model: name}, before, after)
	if err == nil && !plan.Description.Equal(prior.Description) {
		_, err = r.session.cache.DescribeModel(ctx, name, plan.Description.ValueString())
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to update registered model %q", name), explain(err))
		return
	}
	found.declare(config.Description, config.Tags, plan.Tags)
	found.store(ctx, resp.Private, &resp.Diagnostics)
	if model, err := r.session.cache.Model(ctx, name); err != nil {
		resp.Diagnostics.AddWarning(fmt.Sprintf("Registered model %q could not be read back", name), notReadBack(err))
	} else {
		plan.finish(ctx, model, found, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	identify(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
}

func (r *registeredModelResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state registeredModelState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	name := state.Name.ValueString()
	note := loadDepartureNote(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkWrite(name, &resp.Diagnostics) || note.keeps(claim.Model(name)) {
		return
	}
	versions, err := r.session.cache.Fresh().Versions(ctx, name)
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read the versions of model %q", name), explain(err))
		return
	}
	if len(versions) > 0 && !state.ForceDestroy.ValueBool() {
		resp.Diagnostics.AddError(fmt.Sprintf("Registered model %q still has versions", name), keptVersions(versions))
		return
	}
	if news := note.unseen(claim.Model(name), versions); len(news) > 0 {
		resp.Diagnostics.AddError(fmt.Sprintf("Registered model %q has changed since the plan", name), changedModel(news))
		return
	}
	err = r.session.cache.DeleteModel(ctx, name)
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to delete registered model %q", name), explain(err))
	}
}

// keptVersions tells how to get rid of a model that still has versions, and how to keep it.
func keptVersions(versions []registry.Version) string {
	return "Deleting a model deletes all its versions, so it was not deleted. It has " + listVersions(versions) + " (archived ones count).\n\n" + waysToPart
}

// waysToPart tells how to get rid of a model that has versions, and how to keep it.
const waysToPart = "To delete it with them, apply force_destroy = true on this resource first, then delete it. To keep it and only stop managing " +
	"it, use a removed block with destroy = false, or terraform state rm."

// listVersions names versions for people.
func listVersions(versions []registry.Version) string {
	numbers := make([]registry.Number, 0, len(versions))
	for _, version := range versions {
		numbers = append(numbers, version.Number)
	}
	return shortList(numbers)
}

func (r *registeredModelResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	name := req.ID
	if name == "" {
		name = identityAttribute(ctx, req, "name", registry.ValidateModelName, &resp.Diagnostics)
	} else if err := registry.ValidateModelName(name); err != nil {
		resp.Diagnostics.AddError("Invalid import ID", explainWith(err, "The ID of a registered model is its name."))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
	markImported(ctx, resp.Private, &resp.Diagnostics)
}

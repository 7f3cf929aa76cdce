package provider

import (
	"cmp"
	"context"
	"errors"
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

const modelVersionType = typeName + "_model_version"

var (
	_ resource.ResourceWithConfigure      = (*modelVersionResource)(nil)
	_ resource.ResourceWithIdentity       = (*modelVersionResource)(nil)
	_ resource.ResourceWithImportState    = (*modelVersionResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*modelVersionResource)(nil)
	_ resource.ResourceWithValidateConfig = (*modelVersionResource)(nil)
)

type modelVersionResource struct{ configuredResource }

func newModelVersionResource() resource.Resource { return &modelVersionResource{} }

func (r *modelVersionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = modelVersionType
}

func (r *modelVersionResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = modelVersionSchema(ctx)
}

func (r *modelVersionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state modelVersionState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Read, defaultReadTimeout, &resp.Diagnostics)
	defer cancel()
	before := state
	memory := loadMemory(ctx, req.Private, &resp.Diagnostics)
	identify(ctx, resp.Identity, state.identity(), &resp.Diagnostics)
	memory.Imported = takeImported(ctx, req.Private, resp.Private, &resp.Diagnostics)
	model, number := state.ModelName.ValueString(), state.number()
	if resp.Diagnostics.HasError() || !r.session.checkRead(claim.Version(model, number), &resp.Diagnostics) {
		return
	}
	version, versions, err := r.session.find(ctx, model, number)
	if errors.Is(err, registry.ErrNotFound) {
		if memory.Imported {
			nothingToImport(fmt.Sprintf("version %s of model %q", number, model), &resp.Diagnostics)
			return
		}
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read version %s of model %q", number, model), explain(err))
		return
	}
	if memory.Imported && !r.session.mayBeModel(ctx, "model_name", model, &resp.Diagnostics) {
		return
	}
	r.finishStored(ctx, version, memory, &resp.Diagnostics)
	state.observe(ctx, version, versions, memory, &resp.Diagnostics)
	memory.save(ctx, resp.Private, versions, &resp.Diagnostics)
	if memory.Imported {
		noteFound(ctx, state.Tags, resp.Private, &resp.Diagnostics)
	}
	if !reflect.DeepEqual(state, before) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// finish reads the version once more and sets the state from what was read. Values that the plan promised are kept. A read that fails
// takes nothing back: the state then has what was planned and done. found is what nothing has declared.
func (r *modelVersionResource) finish(
	ctx context.Context, plan *modelVersionState, memory *versionMemory, found *undeclared, known registry.Version, private privateWriter,
	diags *diag.Diagnostics,
) {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	planned := *plan
	version, versions, err := r.session.find(ctx, plan.ModelName.ValueString(), plan.number())
	if err != nil {
		diags.AddWarning(fmt.Sprintf("Version %s of model %q could not be read back", plan.Version.ValueString(), plan.ModelName.ValueString()),
			notReadBack(err))
		plan.fromRegistry(ctx, known, memory, diags)
		plan.Description, plan.Tags = planned.Description, planned.Tags
		memory.View = memory.View.With(known)
		memory.store(ctx, private, diags)
	} else {
		plan.fromRegistry(ctx, version, memory, diags)
		memory.save(ctx, private, versions, diags)
	}
	var others meanwhile
	found.keep(&others, planned.Description, planned.Tags, &plan.Description, &plan.Tags)
	keep(&others, "stage", planned.Stage, &plan.Stage)
	others.warn(fmt.Sprintf("version %s of model %q", plan.Version.ValueString(), plan.ModelName.ValueString()), diags)
	if planned.StageConflicts.IsUnknown() {
		plan.StageConflicts = plan.conflicts(memory.View, !memory.StageUnmanaged)
	}
	if planned.ArchivedVersions.IsUnknown() {
		plan.ArchivedVersions = versionList(nil)
	}
	if planned.FromStage.IsUnknown() {
		plan.FromStage = types.StringNull()
	}
	if plan.PromotedWith.IsUnknown() {
		plan.PromotedWith = types.SetNull(types.StringType)
	}
}

func (r *modelVersionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state modelVersionState
	resp.Diagnostics.Append(read(ctx, req.State, &state)...)
	ctx, cancel := within(ctx, state.Timeouts.Delete, defaultDeleteTimeout, &resp.Diagnostics)
	defer cancel()
	model, number := state.ModelName.ValueString(), state.number()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(model, &resp.Diagnostics) {
		return
	}
	note := loadDepartureNote(ctx, req.Private, &resp.Diagnostics)
	// Its block may have been renamed, or replaced before this: another resource has the version then.
	version := claim.Version(model, number)
	leaving := handover.Leaving{
		Model: model, Version: number, From: cmp.Or(note.From, state.wantedStage()),
		Kept: func() bool { return note.keeps(version) || r.session.ledger.Declared(version) },
	}
	var err error
	switch state.OnDestroy.ValueString() {
	case destroyArchive:
		err = r.session.engine.Remove(ctx, leaving)
	case destroyDelete:
		err = r.session.engine.Delete(ctx, leaving)
	}
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to %s version %s of model %q", state.OnDestroy.ValueString(), number, model), explain(err))
	}
	if moved, ok := errors.AsType[*handover.MovedError](err); ok && !state.Stage.IsNull() {
		// Terraform 1.11 plans the destroy of a removed block from the state as it was before the refresh: the next plan shows this.
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("stage"), string(moved.Now))...)
	}
}

func (r *modelVersionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key := importKey{attribute: "version", example: "7", check: func(text string) error {
		_, err := registry.ParseNumber(text)
		return err
	}}
	model, version := key.read(ctx, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("model_name"), model)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("version"), version)...)
	markImported(ctx, resp.Private, &resp.Diagnostics)
}

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// tagState is the configuration, plan and state of a tag of a model or a version.
type tagState struct {
	ModelName types.String
	// Version is null for a tag of a model, which has no such attribute.
	Version  types.String
	Key      types.String
	Value    types.String
	Timeouts timeouts.Value
}

// modelTagForm and versionTagForm are how Terraform writes it.
type modelTagForm struct {
	ModelName types.String   `tfsdk:"model_name"`
	Key       types.String   `tfsdk:"key"`
	Value     types.String   `tfsdk:"value"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

type versionTagForm struct {
	ModelName types.String   `tfsdk:"model_name"`
	Version   types.String   `tfsdk:"version"`
	Key       types.String   `tfsdk:"key"`
	Value     types.String   `tfsdk:"value"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

// modelTagIdentity and versionTagIdentity name a tag within its registry.
type modelTagIdentity struct {
	ModelName types.String `tfsdk:"model_name"`
	Key       types.String `tfsdk:"key"`
}

type versionTagIdentity struct {
	ModelName types.String `tfsdk:"model_name"`
	Version   types.String `tfsdk:"version"`
	Key       types.String `tfsdk:"key"`
}

// get reads a configuration, plan or state.
func (r *tagResource) get(ctx context.Context, from interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}, diags *diag.Diagnostics,
) tagState {
	if r.ofVersion {
		var form versionTagForm
		diags.Append(from.Get(ctx, &form)...)
		return tagState(form)
	}
	var form modelTagForm
	diags.Append(from.Get(ctx, &form)...)
	return tagState{ModelName: form.ModelName, Version: types.StringNull(), Key: form.Key, Value: form.Value, Timeouts: form.Timeouts}
}

// form returns the state as Terraform writes it.
func (r *tagResource) form(state tagState) any {
	if r.ofVersion {
		return versionTagForm(state)
	}
	return modelTagForm{ModelName: state.ModelName, Key: state.Key, Value: state.Value, Timeouts: state.Timeouts}
}

func (r *tagResource) identity(state tagState) any {
	if r.ofVersion {
		return versionTagIdentity{ModelName: state.ModelName, Version: state.Version, Key: state.Key}
	}
	return modelTagIdentity{ModelName: state.ModelName, Key: state.Key}
}

func (r *tagResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityOf("key", "Key of the tag.")
	if r.ofVersion {
		resp.IdentitySchema.Attributes["version"] = identityschema.StringAttribute{
			RequiredForImport: true, Description: "Number of the version.",
		}
	}
}

// place returns which tag it is, and whether that is known yet.
func (s tagState) place() (tagPlace, bool) {
	if s.ModelName.IsUnknown() || s.Version.IsUnknown() || s.Key.IsUnknown() {
		return tagPlace{}, false
	}
	at := tagPlace{model: s.ModelName.ValueString(), key: s.Key.ValueString()}
	if !s.Version.IsNull() {
		at.version, _ = registry.ParseNumber(s.Version.ValueString())
	}
	return at, true
}

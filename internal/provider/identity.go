package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// identify sets the identity of an object unless Terraform has one stored for it, which never changes. Terraform before
// 1.12 stores none, and neither do states that an older version of this provider wrote: so every read, and every update,
// sets it anew from what names the object in the state.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, named any, diags *diag.Diagnostics) {
	if identity.Raw.IsFullyNull() {
		diags.Append(identity.Set(ctx, named)...)
	}
}

// identityText is an attribute of an identity. All of them are texts, and an import by identity needs each.
func identityText(description string) identityschema.StringAttribute {
	return identityschema.StringAttribute{RequiredForImport: true, Description: description}
}

// identityOf returns the schema of an identity that is made of a model's name and one thing more.
func identityOf(attribute, description string) identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"model_name": identityText("Name of the registered model."),
		attribute:    identityText(description),
	}}
}

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// registeredModelIdentity names a registered model within its registry.
type registeredModelIdentity struct {
	Name types.String `tfsdk:"name"`
}

func (s *registeredModelState) identity() registeredModelIdentity {
	return registeredModelIdentity{Name: s.Name}
}

func (r *registeredModelResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"name": identityText("Name of the model."),
	}}
}

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// modelVersionIdentity names a version within its registry.
type modelVersionIdentity struct {
	ModelName types.String `tfsdk:"model_name"`
	Version   types.String `tfsdk:"version"`
}

func (s *modelVersionState) identity() modelVersionIdentity {
	return modelVersionIdentity{ModelName: s.ModelName, Version: s.Version}
}

func (r *modelVersionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityOf("version", "Number of the version, as a string.")
}

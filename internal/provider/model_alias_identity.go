package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// modelAliasIdentity names an alias within its registry. Where it points is not part of it.
type modelAliasIdentity struct {
	ModelName types.String `tfsdk:"model_name"`
	Alias     types.String `tfsdk:"alias"`
}

func (s *modelAliasState) identity() modelAliasIdentity {
	return modelAliasIdentity{ModelName: s.ModelName, Alias: s.Alias}
}

func (r *modelAliasResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityOf("alias", "Name of the alias.")
}

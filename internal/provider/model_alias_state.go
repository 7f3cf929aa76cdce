package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelAliasState is the configuration, plan and state of mlregistry_model_alias.
type modelAliasState struct {
	ModelName       types.String   `tfsdk:"model_name"`
	Alias           types.String   `tfsdk:"alias"`
	Version         types.String   `tfsdk:"version"`
	PreviousVersion types.String   `tfsdk:"previous_version"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
}

// alias returns which alias it is.
func (s *modelAliasState) alias() claim.Object {
	return claim.Alias(s.ModelName.ValueString(), s.Alias.ValueString())
}

// fromRegistry takes over where the alias points, and reports whether it exists.
func (s *modelAliasState) fromRegistry(model registry.Model) bool {
	number, found := model.Aliases[s.Alias.ValueString()]
	if found {
		s.Version = types.StringValue(number.String())
	}
	return found
}

// number returns the version that the alias is to point at.
func (s *modelAliasState) number() registry.Number {
	number, err := registry.ParseNumber(s.Version.ValueString())
	if err != nil {
		return 0
	}
	return number
}

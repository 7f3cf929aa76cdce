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
	RequireTags     types.Map      `tfsdk:"require_tags"`
	PromotionTags   types.Map      `tfsdk:"promotion_tags"`
	OnDestroy       types.String   `tfsdk:"on_destroy"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
	PreviousVersion types.String   `tfsdk:"previous_version"`
	PromotedWith    types.Set      `tfsdk:"promoted_with"`
	ModelURI        types.String   `tfsdk:"model_uri"`
}

// alias returns which alias it is.
func (s *modelAliasState) alias() claim.Object {
	return claim.Alias(s.ModelName.ValueString(), s.Alias.ValueString())
}

// fromRegistry takes over where the alias points, and reports whether it exists. What an import, or an earlier version of this provider,
// has left out gets its default.
func (s *modelAliasState) fromRegistry(model registry.Model) bool {
	number, found := model.Aliases[s.Alias.ValueString()]
	if found {
		s.Version = types.StringValue(number.String())
	}
	if s.OnDestroy.IsNull() {
		s.OnDestroy = types.StringValue(destroyRemove)
	}
	s.ModelURI = modelURI(s.ModelName, s.Alias, "@")
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

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelStageIdentity names a pointer: a model has one for each exclusive stage.
type modelStageIdentity struct {
	ModelName types.String `tfsdk:"model_name"`
	Stage     types.String `tfsdk:"stage"`
}

// identity spells the stage as MLflow does: an identity must not change when the configuration writes it otherwise.
func (s *modelStageState) identity() modelStageIdentity {
	stage := s.Stage
	if known, err := registry.ParseStage(stage.ValueString()); err == nil {
		stage = types.StringValue(string(known))
	}
	return modelStageIdentity{ModelName: s.ModelName, Stage: stage}
}

func (r *modelStageResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityOf("stage", "`Staging` or `Production`; in any letter case when importing.")
}

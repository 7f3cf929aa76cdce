package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// registeredModelState is the configuration, plan and state of mlregistry_registered_model.
type registeredModelState struct {
	Name         types.String   `tfsdk:"name"`
	Description  types.String   `tfsdk:"description"`
	Tags         types.Map      `tfsdk:"tags"`
	ForceDestroy types.Bool     `tfsdk:"force_destroy"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

func (s *registeredModelState) fromRegistry(ctx context.Context, model registry.Model, imported bool, diags *diag.Diagnostics) {
	s.Name = types.StringValue(model.Name)
	s.Description = managedDescription(s.Description, model.Description, imported)
	s.Tags = managedTags(ctx, s.Tags, model.Tags, imported, diags)
	if s.ForceDestroy.IsNull() {
		s.ForceDestroy = types.BoolValue(false)
	}
}

// finish takes over what the registry says after a change, and keeps what was planned. found is what nothing has declared.
func (s *registeredModelState) finish(ctx context.Context, model registry.Model, found *undeclared, diags *diag.Diagnostics) {
	planned := *s
	s.fromRegistry(ctx, model, false, diags)
	var others meanwhile
	found.keep(&others, planned.Description, planned.Tags, &s.Description, &s.Tags)
	others.warn(fmt.Sprintf("registered model %q", model.Name), diags)
}

// shows reports whether the state is what a model in the registry comes to.
func (s *registeredModelState) shows(ctx context.Context, model registry.Model) bool {
	read := *s
	read.fromRegistry(ctx, model, false, &diag.Diagnostics{})
	return read.Description.Equal(s.Description) && read.Tags.Equal(s.Tags)
}

func (s *registeredModelState) toRegistry(ctx context.Context, diags *diag.Diagnostics) registry.NewModel {
	return registry.NewModel{
		Name:        s.Name.ValueString(),
		Description: s.Description.ValueString(),
		Tags:        declaredTags(ctx, s.Tags, diags),
	}
}

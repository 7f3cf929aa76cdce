package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// declaredTags returns a map attribute of tags as far as its values are known; nil for null and unknown. During apply all
// are.
func declaredTags(ctx context.Context, tags types.Map, diags *diag.Diagnostics) map[string]string {
	if tags.IsNull() || tags.IsUnknown() {
		return nil
	}
	var declared map[string]types.String
	diags.Append(tags.ElementsAs(ctx, &declared, false)...)
	known := make(map[string]string, len(declared))
	for key, value := range declared {
		if !value.IsUnknown() && !value.IsNull() {
			known[key] = value.ValueString()
		}
	}
	return known
}

// managedTags returns the state of a tags attribute: of the registry's tags those whose keys were declared before. Other
// people's keys are not managed, so they are no drift. An import shows every key but MLflow's own and the provider's; undeclared
// remembers that nothing has declared them.
func managedTags(ctx context.Context, before types.Map, found map[string]string, imported bool, diags *diag.Diagnostics) types.Map {
	if imported {
		taken := make(map[string]string)
		for key, value := range found {
			if !strings.HasPrefix(key, registry.ReservedTagPrefix) && key != handover.UnfinishedTag {
				taken[key] = value
			}
		}
		return tagMap(ctx, taken, diags)
	}
	if before.IsNull() || before.IsUnknown() {
		return types.MapNull(types.StringType)
	}
	kept := make(map[string]string)
	for key := range declaredTags(ctx, before, diags) {
		if value, ok := found[key]; ok {
			kept[key] = value
		}
	}
	return tagMap(ctx, kept, diags)
}

func tagMap(ctx context.Context, tags map[string]string, diags *diag.Diagnostics) types.Map {
	value, more := types.MapValueFrom(ctx, types.StringType, tags)
	diags.Append(more...)
	return value
}

// changeTags sets the tags of an object that are new or different in its map and removes those that are no longer declared.
func (s *session) changeTags(ctx context.Context, object tagPlace, before, after map[string]string) error {
	for key, value := range after {
		if old, had := before[key]; !had || old != value {
			if err := s.declare(ctx, object.tag(key), value); err != nil {
				return err
			}
		}
	}
	for key := range before {
		if _, kept := after[key]; !kept {
			if err := s.release(ctx, object.tag(key)); err != nil {
				return err
			}
		}
	}
	return nil
}

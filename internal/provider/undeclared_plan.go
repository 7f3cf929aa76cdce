package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// planDescription plans a description: what the configuration says; left out, what an import found, else none.
type planDescription struct{}

func (planDescription) Description(context.Context) string {
	return "Keeps a description that an import found and the configuration leaves out."
}

func (m planDescription) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (planDescription) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if !req.ConfigValue.IsNull() {
		return
	}
	resp.PlanValue = types.StringNull()
	if req.StateValue.IsNull() {
		return
	}
	found := loadUndeclared(ctx, req.Private, &resp.Diagnostics)
	if found.Description || req.StateValue.ValueString() == "" { // There is nothing to clear in an empty one.
		resp.PlanValue = req.StateValue
	}
}

// planTags plans tags: what the configuration says, without taking tags away that an import found and nothing has declared.
type planTags struct{}

func (planTags) Description(context.Context) string {
	return "Keeps tags that an import found and the configuration does not name."
}

func (m planTags) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (planTags) PlanModifyMap(ctx context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	if req.ConfigValue.IsUnknown() {
		return
	}
	state, config := req.StateValue, req.ConfigValue
	if state.IsNull() {
		resp.PlanValue = config
		return
	}
	found := loadUndeclared(ctx, req.Private, &resp.Diagnostics)
	managed := found.managed(state, config)
	if config.IsNull() {
		resp.PlanValue = types.MapNull(types.StringType)
		if left := found.left(state); len(left.Elements()) > 0 || len(managed.Elements()) == 0 {
			resp.PlanValue = left
		}
		return
	}
	if managed.Equal(config) {
		resp.PlanValue = state // Terraform takes either the configuration or the state for a plan, and nothing between.
		return
	}
	resp.PlanValue = config
	stay := found.left(state).Elements()
	maps.DeleteFunc(stay, func(key string, _ attr.Value) bool { return config.Elements()[key] != nil })
	if len(stay) > 0 {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Tags that an import found stay in the registry",
			fmt.Sprintf("The plan shows tags that go: %s. They only leave the Terraform state. An import found them, and no apply has declared them, "+
				"so that they are not managed, and stay in the registry. To manage one, name it in tags. To remove one from the registry, "+
				"delete it there.", strings.Join(slices.Sorted(maps.Keys(stay)), ", ")))
	}
}

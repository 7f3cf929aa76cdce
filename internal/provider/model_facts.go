package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelFacts is what data sources show of a model besides its name.
type modelFacts struct {
	Description     types.String `tfsdk:"description"`
	Tags            types.Map    `tfsdk:"tags"`
	Aliases         types.Map    `tfsdk:"aliases"`
	CreationTime    types.String `tfsdk:"creation_time"`
	LastUpdatedTime types.String `tfsdk:"last_updated_time"`
}

// modelFactAttributes describes them.
func modelFactAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"description": computedText("Free text; null when there is none."),
		"tags":        foundTagsAttribute("model"),
		"aliases": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Number of the version that each alias points at; empty when there are none.",
		},
		"creation_time":     computedText("When the model was registered (RFC 3339, UTC, milliseconds; `creation_timestamp` of the REST API)."),
		"last_updated_time": computedText("When the model or a version of it was last changed (RFC 3339, UTC, milliseconds; `last_updated_timestamp`)."),
	}
}

func newModelFacts(ctx context.Context, model registry.Model, diags *diag.Diagnostics) modelFacts {
	aliases := make(map[string]attr.Value, len(model.Aliases))
	for alias, number := range model.Aliases {
		aliases[alias] = types.StringValue(number.String())
	}
	return modelFacts{
		Description: textOrNull(model.Description), Tags: foundTags(ctx, model.Tags, diags),
		Aliases:      types.MapValueMust(types.StringType, aliases),
		CreationTime: timeOrNull(model.CreatedAt), LastUpdatedTime: timeOrNull(model.UpdatedAt),
	}
}

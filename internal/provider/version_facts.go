package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// versionFacts is what data sources show of a version besides its model, number and stage.
type versionFacts struct {
	Source          types.String `tfsdk:"source"`
	RunID           types.String `tfsdk:"run_id"`
	RunLink         types.String `tfsdk:"run_link"`
	ModelID         types.String `tfsdk:"model_id"`
	Description     types.String `tfsdk:"description"`
	Tags            types.Map    `tfsdk:"tags"`
	Status          types.String `tfsdk:"status"`
	StatusMessage   types.String `tfsdk:"status_message"`
	UserID          types.String `tfsdk:"user_id"`
	CreationTime    types.String `tfsdk:"creation_time"`
	LastUpdatedTime types.String `tfsdk:"last_updated_time"`
}

// versionFactAttributes describes them.
func versionFactAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"source":      computedText("URI of the model's files."),
		"run_id":      computedText("MLflow run that produced the model; null when there is none."),
		"run_link":    computedText("Link to that run where it is on another server; null when there is none."),
		"model_id":    computedText("Logged model that was promoted to this version (MLflow 3). Most servers do not return it: null then."),
		"description": computedText("Free text; null when there is none."),
		"tags":        foundTagsAttribute("version"),
		"status":      computedText("`READY`, `PENDING_REGISTRATION` or `FAILED_REGISTRATION`."),
		"status_message": computedText(
			"What the registry says of the status; null as a rule."),
		"user_id":           computedText("Who registered the version; null on open-source MLflow servers."),
		"creation_time":     computedText("When the version was registered (RFC 3339, UTC, milliseconds; `creation_timestamp` of the REST API)."),
		"last_updated_time": computedText("When the version or its stage was last changed (RFC 3339, UTC, milliseconds; `last_updated_timestamp`)."),
	}
}

func newVersionFacts(ctx context.Context, version registry.Version, diags *diag.Diagnostics) versionFacts {
	return versionFacts{
		Source: textOrNull(version.Source), RunID: textOrNull(version.RunID), RunLink: textOrNull(version.RunLink),
		ModelID: textOrNull(version.ModelID), Description: textOrNull(version.Description),
		Tags: foundTags(ctx, version.Tags, diags), Status: types.StringValue(string(version.Status)),
		StatusMessage: textOrNull(version.StatusMessage), UserID: textOrNull(version.UserID),
		CreationTime: timeOrNull(version.CreatedAt), LastUpdatedTime: timeOrNull(version.UpdatedAt),
	}
}

func computedText(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

// foundTagsAttribute describes all tags of a model or a version.
func foundTagsAttribute(of string) schema.MapAttribute {
	return schema.MapAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "All tags of the " + of + ", MLflow's own (`mlflow.*`) included; empty when there are none.",
	}
}

// foundTags shows all tags but the mark of a registration that is under way.
func foundTags(ctx context.Context, tags map[string]string, diags *diag.Diagnostics) types.Map {
	shown := make(map[string]string, len(tags))
	for key, value := range tags {
		if key != handover.UnfinishedTag {
			shown[key] = value
		}
	}
	return tagMap(ctx, shown, diags)
}

// timeOrNull writes a time as all attributes of this provider do.
func timeOrNull(at time.Time) types.String {
	if at.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(at.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}

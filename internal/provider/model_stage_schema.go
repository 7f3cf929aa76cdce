package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func modelStageSchema(ctx context.Context) schema.Schema {
	return schema.Schema{
		Version: modelURIVersion,
		MarkdownDescription: "A pointer that says which version of a model holds a stage, as an alias does. Changing `version` is one " +
			"handover in place, without a gap: the plan names the versions that leave (`archived_versions`), and apply archives exactly " +
			"those in the same transaction as the promotion. The best choice for a pipeline whose pull requests promote versions.",
		Attributes: map[string]schema.Attribute{
			"model_name": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Name of the registered model. A change replaces the pointer. A value that is known only after apply does not: " +
					"if it turns out to be another one, the apply stops and asks for a new plan.",
				Validators: []validator.String{modelNameRule()},
			},
			"stage": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Stage that has one holder: `Staging` or `Production`, in any letter case. A change to the other one replaces " +
					"the pointer. A value that is known only after apply does not: see `model_name`.",
				Validators: []validator.String{stageRule(), exclusiveStageRule()},
			},
			"version": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Number of the version that is to hold the stage, as a string or a number. It may be known only after apply, as in " +
					"`mlregistry_model_version.new.version`.",
				Validators: []validator.String{versionNumberRule()},
			},
			"require_tags":   requireTagsAttribute(),
			"promotion_tags": promotionTagsAttribute(),
			"on_destroy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(destroyArchive),
				MarkdownDescription: "What destroying the pointer does to the version that it gave the stage to, if that holds it still. `archive` " +
					"(default) moves it to Archived, `retain` leaves it in the stage.",
				Validators: []validator.String{stringvalidator.OneOf(destroyArchive, destroyRetain)},
			},
			"timeouts": timeoutsAttribute(ctx, "taking the stage over", "a handover", "`on_destroy`"),
			"archived_versions": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "In a plan that moves the stage: the versions that hold it now and will be archived, in ascending order. " +
					"Apply refuses if any other version has come to hold it. In a plan that moves nothing: those of the last move, unchanged; " +
					"its apply archives nobody.",
			},
			"from_stage": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "In a plan that gives the stage to another version: the stage that this version is in then. Apply refuses if " +
					"somebody has moved it since. Where a plan moves nothing, it is that of the last move.",
			},
			"stage_conflicts": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Other versions that hold the stage as well. Always planned to be empty, so that a second holder made by " +
					"hand is a diff.",
			},
			"promoted_with": promotedWithAttribute(),
			"model_uri":     modelURIAttribute("`models:/fraud/Production`"),
		},
	}
}

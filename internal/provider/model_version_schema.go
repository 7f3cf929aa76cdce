package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// What on_destroy can say.
const (
	// destroyArchive moves the version to Archived.
	destroyArchive = "archive"
	// destroyRetain leaves the version as it is.
	destroyRetain = "retain"
	// destroyDelete deletes the version from the registry.
	destroyDelete = "delete"
)

func modelVersionSchema(ctx context.Context) schema.Schema {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	return schema.Schema{
		Version: modelURIVersion,
		MarkdownDescription: "One version of a registered model, and the stage it is in. Give `source` to register a new version, or " +
			"`version` to adopt one that a pipeline registered. A changed `stage` is a handover: the plan names the versions that " +
			"leave the stage (`archived_versions`), and apply archives exactly those before, or in the same transaction as, the promotion.",
		Attributes: map[string]schema.Attribute{
			"model_name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the registered model. A change replaces the version.",
				Validators:          []validator.String{modelNameRule()},
			},
			"version": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: keep,
				MarkdownDescription: "Number of the version, assigned by the registry. Set it (as a string or a number) to adopt a version that " +
					"exists: it is then never created or deleted by Terraform. Another number adopts another version.",
				Validators: []validator.String{versionNumberRule()},
			},
			"source": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: keep,
				MarkdownDescription: fmt.Sprintf("URI of the model's files, such as `s3://bucket/model` or `models:/other/3`, at most %d "+
					"characters. Setting it registers a new version; a change registers another and replaces this one. MLflow refuses a local path "+
					"without `run_id`.", registry.MaxSourceLength),
				Validators: []validator.String{sourceRule()},
			},
			"run_id": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: keep,
				MarkdownDescription: fmt.Sprintf("MLflow run that produced the model: its ID, at most %d characters. A change replaces the version.",
					registry.MaxRunIDLength),
				Validators: []validator.String{lengthRule("the run ID", registry.MaxRunIDLength), plainTextRule()},
			},
			"run_link": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: keep,
				MarkdownDescription: fmt.Sprintf("Link to that run where it is on another server, at most %d characters. A change replaces the version.",
					registry.MaxRunLinkLength),
				Validators: []validator.String{lengthRule("the run link", registry.MaxRunLinkLength), plainTextRule()},
			},
			"model_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Logged model that is promoted to this version (MLflow 3). Most servers do not return it, so it is kept " +
					"as given. A change replaces the version.",
				Validators: []validator.String{plainTextRule()},
			},
			"description": descriptionAttribute(),
			"tags":        tagsAttribute(versionTagValueRule()),
			"stage": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Stage the version is to be in: `None`, `Staging`, `Production` or `Archived`, in any letter case. Left " +
					"out, the stage is not managed and null, whoever moves the version; the data source `mlregistry_model_version` shows where it is. " +
					"A plan in which it goes to null moves nothing. An import shows Staging and Production, until the resource is changed or the version moved.",
				Validators: []validator.String{stageRule()},
			},
			"require_tags":   requireTagsAttribute(),
			"promotion_tags": promotionTagsAttribute(),
			"archive_existing_versions": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether `Staging` and `Production` have one holder: going there archives the others. Default: `true`. " +
					"`false` lets several versions share the stage.",
			},
			"on_destroy": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "What destroying this resource does to the version. `archive` (default for a version that this resource " +
					"registered) moves it to Archived, `retain` (default for an adopted or imported one) leaves it as it is, `delete` deletes it " +
					"from the registry (never for an adopted one).",
				Validators: []validator.String{stringvalidator.OneOf(destroyArchive, destroyRetain, destroyDelete)},
			},
			"timeouts": timeoutsAttribute(ctx, "registering, waiting for READY and promoting", "a change", "`on_destroy`"),
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`READY`, `PENDING_REGISTRATION` or `FAILED_REGISTRATION`. Only a READY version is promoted.",
			},
			"archived_versions": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "In a plan that moves the version to an exclusive stage: the versions that hold the stage now and will be " +
					"archived, in ascending order. Apply refuses if any other version has come to hold it. In a plan that moves no stage: those " +
					"of the last move, unchanged; its apply archives nobody.",
			},
			"from_stage": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "In the plan of a version that is adopted, or taken over from an interrupted apply, or whose stage was left out so far: " +
					"the stage that it is in then. Apply " +
					"refuses if somebody has moved it since. null for a version that this resource registers.",
			},
			"stage_conflicts": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Other versions that hold this version's exclusive stage although it is to have one holder. Always planned " +
					"to be empty, so that a second holder made by hand is a diff.",
			},
			"promoted_with": promotedWithAttribute(),
			"model_uri":     modelURIAttribute("`models:/fraud/8`"),
			"creation_time": schema.StringAttribute{
				Computed: true, PlanModifiers: keep,
				MarkdownDescription: "When the version was registered (RFC 3339, UTC, milliseconds; `creation_timestamp` of the REST API).",
			},
			"user_id": schema.StringAttribute{
				Computed: true, PlanModifiers: keep,
				MarkdownDescription: "Who registered the version; null on open-source MLflow servers.",
			},
		},
	}
}

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// destroyRemove is the on_destroy of an alias that goes with its resource.
const destroyRemove = "remove"

func modelAliasSchema(ctx context.Context) schema.Schema {
	return schema.Schema{
		Version: modelURIVersion,
		MarkdownDescription: "An alias of a registered model, such as `champion`: a name that points at one version (MLflow 2.3 and newer). " +
			"Changing `version` moves it in one step, so that readers always find it. The plan names the version that loses it " +
			"(`previous_version`), and apply refuses if the alias has moved since.",
		Attributes: map[string]schema.Attribute{
			"model_name": schema.StringAttribute{
				Required: true, Validators: []validator.String{modelNameRule()},
				MarkdownDescription: "Name of the registered model. A change replaces the alias.",
			},
			"alias": schema.StringAttribute{
				Required: true, Validators: []validator.String{aliasRule()},
				MarkdownDescription: fmt.Sprintf("Name of the alias: letters, digits, `_` and `-`, at most %d characters; case matters. MLflow keeps "+
					"`latest` and `v` followed by a number for itself. A change replaces the alias.", registry.MaxAliasLength),
			},
			"version": schema.StringAttribute{
				Required: true, Validators: []validator.String{versionNumberRule()},
				MarkdownDescription: "Number of the version that the alias points at, as a string or a number. It must be READY. It may be known only after " +
					"apply, as in `mlregistry_model_version.new.version`.",
			},
			"require_tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: requiredTagRules(),
				MarkdownDescription: "Tags that the version must have, with these values, to get the alias. For an alias that is named in the provider's " +
					"`gated_aliases` they add to the provider's `require_tags`, and win where a key is in both. Checked in the plan, and again in the apply " +
					"before anything is touched; a version that has the alias already is not asked. Default: none.",
			},
			"promotion_tags": schema.MapAttribute{
				Optional: true, WriteOnly: true, ElementType: types.StringType, Validators: promotionTagRules(),
				MarkdownDescription: "Tags to write onto the version once it has got the alias: for instance the commit and the actor. For an alias that is " +
					"named in the provider's `gated_aliases` they add to the provider's `promotion_tags`, and win where a key is in both. " + placeholderText() +
					" " + writeOnlyText,
			},
			"on_destroy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(destroyRemove),
				MarkdownDescription: "What destroying this resource does to the alias: `remove` (default) deletes it, unless it points elsewhere by then or " +
					"another resource has it, and `retain` leaves it where it is. The version stays in either case.",
				Validators: []validator.String{stringvalidator.OneOf(destroyRemove, destroyRetain)},
			},
			"timeouts": timeoutsAttribute(ctx, "creating the alias", "changing the alias", "deleting the alias"),
			"previous_version": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Number of the version that the last change of this resource took the alias from; null if that change moved nothing. " +
					"It is known in the plan wherever `version` is. The apply refuses if the alias points elsewhere by then.",
			},
			"promoted_with": promotedWithAttribute(),
			"model_uri":     modelURIAttribute("`models:/fraud@champion`"),
		},
	}
}

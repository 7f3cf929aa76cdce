package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// descriptionAttribute is the description of a model or a version.
func descriptionAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true,
		MarkdownDescription: fmt.Sprintf("Free text, at most %d characters. Left out, it is not managed; removed from the configuration, it is cleared.",
			registry.MaxDescriptionLength),
		Validators: []validator.String{lengthRule("the description", registry.MaxDescriptionLength), plainTextRule()},
	}
}

// tagsAttribute is the tags of a model or a version, whose values a rule bounds.
func tagsAttribute(values validator.String) schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Tags to set. Only the keys given here are managed: keys that others set stay as they are and are no " +
			"drift, and MLflow's own (`mlflow.*`) are refused here.",
		Validators: append(tagRules(), mapvalidator.ValueStringsAre(values)),
	}
}

// managedDescription returns the state of a description attribute: the registry's if it was declared before or is being
// imported, else null. The registry does not tell an empty description from none.
func managedDescription(before types.String, found string, imported bool) types.String {
	switch {
	case before.IsNull() && !imported:
		return types.StringNull()
	case found == "" && (before.IsNull() || before.ValueString() != ""):
		return types.StringNull()
	}
	return types.StringValue(found)
}

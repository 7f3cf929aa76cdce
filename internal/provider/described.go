package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// descriptionAttribute is the description of a model or a version.
func descriptionAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, PlanModifiers: []planmodifier.String{planDescription{}},
		MarkdownDescription: fmt.Sprintf("Free text, at most %d characters. Left out, it is not managed; removed from the configuration, it is cleared. "+
			"An import shows it, and takes it over only if the configuration has one.", registry.MaxDescriptionLength),
		Validators: []validator.String{lengthRule("the description", registry.MaxDescriptionLength), plainTextRule()},
	}
}

// tagsAttribute is the tags of a model or a version, whose values a rule bounds.
func tagsAttribute(values validator.String) schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, Computed: true, ElementType: types.StringType, PlanModifiers: []planmodifier.Map{planTags{}},
		MarkdownDescription: "Tags to set. Only the keys given here are managed: keys that others set stay as they are and are no " +
			"drift, and MLflow's own (`mlflow.*`) are refused here. An import shows all others, and takes over only the keys given here.",
		Validators: append(tagRules(), mapvalidator.ValueStringsAre(values)),
	}
}

// managedDescription returns the state of a description attribute: the registry's if it was declared before or is being
// imported, else null. The registry does not tell an empty description from none: an import shows an empty text, which is
// no change for a configuration that says so, nor for one that leaves it out.
func managedDescription(before types.String, found string, imported bool) types.String {
	switch {
	case imported:
		return types.StringValue(found)
	case before.IsNull():
		return types.StringNull()
	case found == "" && before.ValueString() != "":
		return types.StringNull()
	}
	return types.StringValue(found)
}

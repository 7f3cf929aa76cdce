package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// descriptionAttribute is the description of a model or a version.
func descriptionAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "Free text. Left out, it is not managed; removed from the configuration, it is cleared.",
	}
}

// tagsAttribute is the tags of a model or a version.
func tagsAttribute() schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Tags to set. Only the keys given here are managed: keys that others set stay as they are and are no " +
			"drift, and MLflow's own (`mlflow.*`) are refused here.",
		Validators: tagRules(),
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

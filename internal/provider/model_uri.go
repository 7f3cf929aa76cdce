package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelURIAttribute is the address by which consumers load what a resource is about; example is one.
func modelURIAttribute(example string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "Address by which MLflow's clients load it, such as " + example + ": what the configuration of a consumer refers to.",
	}
}

// modelURI returns the address of a version, a stage, or an alias, which is written with an @ before it. It is not known where
// one of the two is not.
func modelURI(model, ref types.String, before string) types.String {
	if model.IsUnknown() || ref.IsUnknown() {
		return types.StringUnknown()
	}
	uri, err := registry.NewModelURI(model.ValueString(), before+ref.ValueString())
	if err != nil { // A name that no client can load by such an address.
		return types.StringNull()
	}
	return types.StringValue(uri)
}

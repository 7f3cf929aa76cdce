package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const registeredModelsType = typeName + "_registered_models"

var _ datasource.DataSourceWithConfigure = (*registeredModelsDataSource)(nil)

type registeredModelsDataSource struct{ configuredDataSource }

func newRegisteredModelsDataSource() datasource.DataSource { return &registeredModelsDataSource{} }

func (d *registeredModelsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = registeredModelsType
}

func (d *registeredModelsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	model := modelFactAttributes()
	model["name"] = computedText("Name of the registered model.")
	attributes := listingAttributes("models",
		"Models are compared by `name` (`=`, `!=`, `LIKE`, `ILIKE`) and by tags, as in ``name LIKE 'fraud-%' AND tags.`team` = 'risk'``.",
		"Sort keys, `name` or `last_updated_timestamp`, each with `ASC` or `DESC`. Default: `[\"name ASC\"]`.")
	attributes["models"] = schema.ListNestedAttribute{
		Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: model},
		MarkdownDescription: "The models, in the order asked for. Prompts are left out.",
	}
	attributes["timeouts"] = readTimeoutAttribute(ctx)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Registered models by filter and tags. None that match is no error: the list is empty.",
		Attributes:          attributes,
	}
}

// registeredModelsFound is the configuration and the result.
type registeredModelsFound struct {
	limitedRead
	listing
	Models []listedModel `tfsdk:"models"`
}

// listedModel is one element of models.
type listedModel struct {
	Name types.String `tfsdk:"name"`
	modelFacts
}

func (d *registeredModelsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var found registeredModelsFound
	resp.Diagnostics.Append(req.Config.Get(ctx, &found)...)
	ctx, cancel := found.within(ctx, &resp.Diagnostics)
	defer cancel()
	search := found.search(ctx, "", false, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.session.check(&resp.Diagnostics) {
		return
	}
	models, err := take(found.listing, d.session.catalog.SearchModels(ctx, search), func(registry.Model) bool { return true })
	if err != nil {
		found.explainRefusal("Unable to list registered models", err, &resp.Diagnostics)
		return
	}
	found.Models = make([]listedModel, 0, len(models))
	for _, model := range models {
		found.Models = append(found.Models, listedModel{
			Name: types.StringValue(model.Name), modelFacts: newModelFacts(ctx, model, &resp.Diagnostics),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &found)...)
}

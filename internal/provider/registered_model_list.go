package provider

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ list.ListResourceWithConfigure = (*registeredModelResource)(nil)

func newRegisteredModelList() list.ListResource { return &registeredModelResource{} }

// registeredModelQuery is a list block of mlregistry_registered_model.
type registeredModelQuery struct {
	Filter types.String `tfsdk:"filter"`
	Tags   types.Map    `tfsdk:"tags"`
}

func (r *registeredModelResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists registered models by name. Prompts are left out.",
		Attributes: map[string]schema.Attribute{
			"filter": listedFilter("models", "name LIKE 'fraud-%' AND tags.team = 'risk'"),
			"tags":   listedTags("models"),
		},
	}
}

// List lists registered models.
func (r *registeredModelResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var query registeredModelQuery
	diags := req.Config.Get(ctx, &query)
	asked := listing{Filter: query.Filter, Tags: query.Tags, Limit: types.Int64Value(req.Limit)}
	search := asked.search(ctx, "", false, &diags)
	r.session.stream(ctx, "registered models", asked, req, diags, stream, r.find(ctx, search))
}

func (r *registeredModelResource) find(ctx context.Context, search registry.Search) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for model, err := range r.session.catalog.SearchModels(ctx, search) {
			named := registeredModelState{Name: types.StringValue(model.Name)}
			one := listed{name: model.Name, identity: named.identity(), state: func(resource *tfsdk.Resource, diags *diag.Diagnostics) any {
				var state registeredModelState
				begin(ctx, resource, &state, map[string]string{"name": model.Name}, diags)
				state.fromRegistry(ctx, model, true, diags)
				return &state
			}}
			if !yield(one, err) {
				return
			}
		}
	}
}

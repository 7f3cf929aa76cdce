package provider

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ list.ListResourceWithConfigure = (*modelAliasResource)(nil)

func newModelAliasList() list.ListResource { return &modelAliasResource{} }

// modelAliasQuery is a list block of mlregistry_model_alias.
type modelAliasQuery struct {
	ModelName types.String `tfsdk:"model_name"`
	Alias     types.String `tfsdk:"alias"`
	Filter    types.String `tfsdk:"filter"`
}

func (r *modelAliasResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the aliases of registered models, by model and then by alias. Those of prompts are left out.",
		Attributes: map[string]schema.Attribute{
			"model_name": listedModelName("Name of the registered model whose aliases to list. Default: all models."),
			"alias": schema.StringAttribute{
				Optional: true, Validators: []validator.String{aliasRule()},
				MarkdownDescription: "Name of the alias to list, such as `champion`. Default: every alias.",
			},
			"filter": listedFilter("registered models", "name LIKE 'fraud-%' AND tags.team = 'risk'"),
		},
	}
}

// List lists aliases.
func (r *modelAliasResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var query modelAliasQuery
	diags := req.Config.Get(ctx, &query)
	asked := listing{Filter: query.Filter, Limit: types.Int64Value(req.Limit)}
	search := asked.search(ctx, query.ModelName.ValueString(), true, &diags)
	r.session.stream(ctx, "aliases", asked, req, diags, stream, r.find(ctx, search, query.Alias.ValueString()))
}

func (r *modelAliasResource) find(ctx context.Context, search registry.Search, wanted string) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for model, err := range r.session.catalog.SearchModels(ctx, search) {
			if err != nil {
				yield(listed{}, err)
				return
			}
			for _, alias := range slices.Sorted(maps.Keys(model.Aliases)) {
				if wanted != "" && alias != wanted {
					continue
				}
				if !yield(r.listed(ctx, model, alias), nil) {
					return
				}
			}
		}
	}
}

func (r *modelAliasResource) listed(ctx context.Context, model registry.Model, alias string) listed {
	named := modelAliasState{ModelName: types.StringValue(model.Name), Alias: types.StringValue(alias)}
	return listed{
		name: fmt.Sprintf("%s/%s (version %s)", model.Name, alias, model.Aliases[alias]), identity: named.identity(),
		state: func(resource *tfsdk.Resource, diags *diag.Diagnostics) any {
			var state modelAliasState
			begin(ctx, resource, &state, map[string]string{"model_name": model.Name, "alias": alias}, diags)
			state.fromRegistry(model)
			return &state
		},
	}
}

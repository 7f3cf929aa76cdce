package provider

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ list.ListResourceWithConfigure = (*modelStageResource)(nil)

func newModelStageList() list.ListResource { return &modelStageResource{} }

// modelStageQuery is a list block of mlregistry_model_stage.
type modelStageQuery struct {
	ModelName types.String `tfsdk:"model_name"`
	Stages    types.List   `tfsdk:"stages"`
	Filter    types.String `tfsdk:"filter"`
}

func (r *modelStageResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the stages Staging and Production of registered models that a version holds, by model. Where several versions hold " +
			"one, it is listed once, and its name shows them all. One search a model is sent.",
		Attributes: map[string]schema.Attribute{
			"model_name": listedModelName("Name of the registered model whose stages to list. Default: all models."),
			"stages":     listedStages("Stages to list, in any letter case: `Staging`, `Production`. Default: both.", exclusiveStageRule()),
			"filter":     listedFilter("registered models", "name LIKE 'fraud-%' AND tags.team = 'risk'"),
		},
	}
}

// List lists the exclusive stages that have a holder.
func (r *modelStageResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var query modelStageQuery
	diags := req.Config.Get(ctx, &query)
	stages := stageList(ctx, query.Stages, &diags)
	asked := listing{Filter: query.Filter, Limit: types.Int64Value(req.Limit)}
	search := asked.search(ctx, query.ModelName.ValueString(), true, &diags)
	r.session.stream(ctx, "stages", asked, req, diags, stream, r.find(ctx, search, stages))
}

func (r *modelStageResource) find(ctx context.Context, search registry.Search, stages []registry.Stage) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for model, err := range r.session.catalog.SearchModels(ctx, search) {
			var versions []registry.Version
			if err == nil {
				versions, err = r.session.cache.Versions(ctx, model.Name)
			}
			if err != nil {
				yield(listed{}, err)
				return
			}
			for _, stage := range registry.ExclusiveStages() {
				holders := registry.Holders(versions, stage)
				if len(holders) == 0 || len(stages) > 0 && !slices.Contains(stages, stage) {
					continue
				}
				if !yield(r.listed(ctx, model.Name, stage, versions, holders), nil) {
					return
				}
			}
		}
	}
}

func (r *modelStageResource) listed(
	ctx context.Context, model string, stage registry.Stage, versions []registry.Version, holders []registry.Number,
) listed {
	named := modelStageState{ModelName: types.StringValue(model), Stage: types.StringValue(string(stage))}
	return listed{
		name: fmt.Sprintf("%s/%s (%s)", model, stage, handover.VersionList(holders)), identity: named.identity(),
		state: func(resource *tfsdk.Resource, diags *diag.Diagnostics) any {
			var state modelStageState
			begin(ctx, resource, &state, map[string]string{"model_name": model, "stage": string(stage)}, diags)
			state.fromRegistry(ctx, versions, diags)
			return &state
		},
	}
}

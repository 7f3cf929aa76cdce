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

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ list.ListResourceWithConfigure = (*modelVersionResource)(nil)

func newModelVersionList() list.ListResource { return &modelVersionResource{} }

// modelVersionQuery is a list block of mlregistry_model_version.
type modelVersionQuery struct {
	ModelName types.String `tfsdk:"model_name"`
	Stages    types.List   `tfsdk:"stages"`
	Tags      types.Map    `tfsdk:"tags"`
	Filter    types.String `tfsdk:"filter"`
}

func (r *modelVersionResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists model versions, by model and then the newest first. Versions of prompts are left out.",
		Attributes: map[string]schema.Attribute{
			"model_name": listedModelName("Name of the registered model whose versions to list. Default: all models."),
			"stages": listedStages("Stages that the versions are in, in any letter case, such as `[\"Production\", \"Staging\"]`. Default: every stage. " +
				"MLflow does not filter by stage, so all versions that match otherwise are read."),
			"tags":   listedTags("versions"),
			"filter": listedFilter("versions", "run_id = '0123456789abcdef' AND tags.validation_status = 'passed'"),
		},
	}
}

// List lists model versions.
func (r *modelVersionResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var query modelVersionQuery
	diags := req.Config.Get(ctx, &query)
	stages := stageList(ctx, query.Stages, &diags)
	asked := listing{Filter: query.Filter, Tags: query.Tags, Limit: types.Int64Value(req.Limit)}
	search := asked.search(ctx, query.ModelName.ValueString(), len(stages) > 0, &diags)
	r.session.stream(ctx, "model versions", asked, req, diags, stream, r.search(ctx, search, stages))
}

func (r *modelVersionResource) search(ctx context.Context, search registry.Search, stages []registry.Stage) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		for version, err := range r.session.catalog.SearchVersions(ctx, search) {
			if err == nil && len(stages) > 0 && !slices.Contains(stages, version.Stage) {
				continue
			}
			if !yield(r.listed(ctx, version), err) {
				return
			}
		}
	}
}

func (r *modelVersionResource) listed(ctx context.Context, version registry.Version) listed {
	named := modelVersionState{ModelName: types.StringValue(version.Model), Version: types.StringValue(version.Number.String())}
	name := fmt.Sprintf("%s/%s", version.Model, version.Number)
	if version.Stage != registry.StageNone {
		name += fmt.Sprintf(" (%s)", version.Stage)
	}
	return listed{name: name, identity: named.identity(), state: func(resource *tfsdk.Resource, diags *diag.Diagnostics) any {
		return r.imported(ctx, version, resource, diags)
	}}
}

// imported returns the state of a version that was just imported.
func (r *modelVersionResource) imported(ctx context.Context, version registry.Version, resource *tfsdk.Resource, diags *diag.Diagnostics) any {
	var state modelVersionState
	begin(ctx, resource, &state, map[string]string{"model_name": version.Model, "version": version.Number.String()}, diags)
	versions, err := r.session.cache.Versions(ctx, version.Model)
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to read the versions of model %q", version.Model), explain(err))
		return nil
	}
	state.observe(ctx, version, versions, &versionMemory{Imported: true}, diags)
	return &state
}

// stageList reads a list of stages; empty for null.
func stageList(ctx context.Context, stages types.List, diags *diag.Diagnostics) []registry.Stage {
	if stages.IsNull() || stages.IsUnknown() {
		return nil
	}
	var names []string
	diags.Append(stages.ElementsAs(ctx, &names, false)...)
	var known []registry.Stage
	for _, name := range names {
		stage, _ := registry.ParseStage(name) // Its validator has seen to it.
		known = append(known, stage)
	}
	return known
}

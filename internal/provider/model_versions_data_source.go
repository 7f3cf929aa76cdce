package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const modelVersionsType = typeName + "_model_versions"

var (
	_ datasource.DataSourceWithConfigure        = (*modelVersionsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*modelVersionsDataSource)(nil)
)

type modelVersionsDataSource struct{ configuredDataSource }

func newModelVersionsDataSource() datasource.DataSource { return &modelVersionsDataSource{} }

func (d *modelVersionsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = modelVersionsType
}

func (d *modelVersionsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	version := versionFactAttributes()
	version["model_name"] = computedText("Name of the registered model.")
	version["version"] = computedText("Number of the version.")
	version["stage"] = computedText("Stage that the version is in: `None`, `Staging`, `Production` or `Archived`.")
	attributes := listingAttributes("versions",
		"Versions are compared by `name` (of the model), `run_id`, `source_path` and `version_number`, and by tags, as in "+
			"``run_id = '7f0c' AND tags.`validated` = 'yes'``; not by stage, for which there is `stages`.",
		"Sort keys: `name`, `version_number`, `creation_timestamp` or `last_updated_timestamp`, each with `ASC` or `DESC`. Default: "+
			"`[\"name ASC\", \"version_number DESC\"]`.")
	attributes["model_name"] = schema.StringAttribute{
		Optional: true, Validators: []validator.String{modelNameRule()},
		MarkdownDescription: "Only versions of the registered model with exactly this name. A model that does not exist, and a prompt, is an error.",
	}
	attributes["stages"] = schema.ListAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Only versions in one of these stages, in any letter case. MLflow cannot filter by stage, so the provider does, " +
			"before it applies `limit`, and reads only as many pages as that takes.",
		Validators: listedStageRules(),
	}
	attributes["versions"] = schema.ListNestedAttribute{
		Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: version},
		MarkdownDescription: "The versions, in the order asked for. Those of prompts are left out.",
	}
	attributes["timeouts"] = readTimeoutAttribute(ctx)
	resp.Schema = schema.Schema{
		MarkdownDescription: "Versions of one registered model or of many, by filter, tags and stages. None that match is no error: the list is " +
			"empty. One of `model_name`, `filter` and `tags` must be set.",
		Attributes: attributes,
	}
}

func (d *modelVersionsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.AtLeastOneOf(path.MatchRoot("model_name"), path.MatchRoot("filter"), path.MatchRoot("tags")),
	}
}

// modelVersionsFound is the configuration and the result.
type modelVersionsFound struct {
	limitedRead
	ModelName types.String `tfsdk:"model_name"`
	Stages    types.List   `tfsdk:"stages"`
	listing
	Versions []listedVersion `tfsdk:"versions"`
}

// listedVersion is one element of versions.
type listedVersion struct {
	ModelName types.String `tfsdk:"model_name"`
	Version   types.String `tfsdk:"version"`
	Stage     types.String `tfsdk:"stage"`
	versionFacts
}

func (d *modelVersionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var found modelVersionsFound
	resp.Diagnostics.Append(req.Config.Get(ctx, &found)...)
	ctx, cancel := found.within(ctx, &resp.Diagnostics)
	defer cancel()
	wanted := found.wanted(ctx, &resp.Diagnostics)
	search := found.search(ctx, found.ModelName.ValueString(), !found.Stages.IsNull(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.session.check(&resp.Diagnostics) {
		return
	}
	versions, err := take(found.listing, d.session.catalog.SearchVersions(ctx, search), wanted)
	if err != nil {
		title := "Unable to list model versions"
		if search.Model != "" {
			title = fmt.Sprintf("Unable to list the versions of model %q", search.Model)
		}
		found.explainRefusal(title, err, &resp.Diagnostics)
		return
	}
	if len(versions) == 0 && search.Model != "" {
		// No versions, or a wrong name, or a prompt, whose versions MLflow leaves out of searches.
		if _, ok := d.session.lookUp(ctx, "model_name", search.Model, &resp.Diagnostics); !ok {
			return
		}
	}
	found.Versions = make([]listedVersion, 0, len(versions))
	for _, version := range versions {
		found.Versions = append(found.Versions, listedVersion{
			ModelName: types.StringValue(version.Model), Version: types.StringValue(version.Number.String()),
			Stage: types.StringValue(string(version.Stage)), versionFacts: newVersionFacts(ctx, version, &resp.Diagnostics),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &found)...)
}

// wanted returns what stages asks for.
func (f *modelVersionsFound) wanted(ctx context.Context, diags *diag.Diagnostics) func(registry.Version) bool {
	if f.Stages.IsNull() {
		return func(registry.Version) bool { return true }
	}
	stages := stageList(ctx, f.Stages, diags)
	return func(version registry.Version) bool { return slices.Contains(stages, version.Stage) }
}

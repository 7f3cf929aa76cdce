package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var (
	_ datasource.DataSourceWithConfigure        = (*modelVersionDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*modelVersionDataSource)(nil)
)

type modelVersionDataSource struct{ configuredDataSource }

func newModelVersionDataSource() datasource.DataSource { return &modelVersionDataSource{} }

func (d *modelVersionDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = modelVersionType
}

func (d *modelVersionDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := versionFactAttributes()
	attributes["model_name"] = schema.StringAttribute{
		Required: true, Validators: []validator.String{modelNameRule()},
		MarkdownDescription: "Name of the registered model. A model that does not exist, and a prompt, is an error.",
	}
	attributes["version"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{versionNumberRule()},
		MarkdownDescription: "Number of the version, as a string or a number. A number that does not exist is an error.",
	}
	attributes["alias"] = schema.StringAttribute{
		Optional: true, Validators: []validator.String{aliasRule()},
		MarkdownDescription: "Alias that points at the version, such as `champion`; case matters. One that does not exist is an error.",
	}
	attributes["stage"] = schema.StringAttribute{
		Optional: true, Computed: true, Validators: []validator.String{stageRule()},
		MarkdownDescription: "Stage that the version is in, in any letter case. A stage that no version holds, and one that several hold, is an " +
			"error that says so. This reads all versions of the model; `version` and `alias` read one.",
	}
	attributes["aliases"] = schema.ListAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "All aliases of the version, sorted.",
	}
	attributes["timeouts"] = readTimeoutAttribute(ctx)
	resp.Schema = schema.Schema{
		MarkdownDescription: "One version of a registered model, by exactly one of `version`, `alias` and `stage`.",
		Attributes:          attributes,
	}
}

func (d *modelVersionDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("version"), path.MatchRoot("alias"), path.MatchRoot("stage")),
	}
}

// modelVersionFound is the configuration and the result.
type modelVersionFound struct {
	limitedRead
	ModelName types.String `tfsdk:"model_name"`
	Version   types.String `tfsdk:"version"`
	Alias     types.String `tfsdk:"alias"`
	Stage     types.String `tfsdk:"stage"`
	Aliases   types.List   `tfsdk:"aliases"`
	versionFacts
}

func (d *modelVersionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var found modelVersionFound
	resp.Diagnostics.Append(req.Config.Get(ctx, &found)...)
	ctx, cancel := found.within(ctx, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !d.session.check(&resp.Diagnostics) {
		return
	}
	model, ok := d.session.lookUp(ctx, "model_name", found.ModelName.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	var version registry.Version
	switch {
	case !found.Version.IsNull():
		number, _ := registry.ParseNumber(found.Version.ValueString()) // Its validator has seen to it.
		version, ok = d.byNumber(ctx, model, number, "version", &resp.Diagnostics)
	case !found.Alias.IsNull():
		version, ok = d.byAlias(ctx, model, found.Alias.ValueString(), &resp.Diagnostics)
	default:
		version, ok = d.byStage(ctx, model, found.Stage.ValueString(), &resp.Diagnostics)
	}
	if !ok {
		return
	}
	found.Version = types.StringValue(version.Number.String())
	if !strings.EqualFold(found.Stage.ValueString(), string(version.Stage)) {
		found.Stage = types.StringValue(string(version.Stage))
	}
	aliases := []string{}
	for alias, number := range model.Aliases {
		if number == version.Number {
			aliases = append(aliases, alias)
		}
	}
	slices.Sort(aliases)
	list, more := types.ListValueFrom(ctx, types.StringType, aliases)
	resp.Diagnostics.Append(more...)
	found.Aliases, found.versionFacts = list, newVersionFacts(ctx, version, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &found)...)
}

// byNumber asks for one version: a model may have ten thousand.
func (d *modelVersionDataSource) byNumber(
	ctx context.Context, model registry.Model, number registry.Number, attribute string, diags *diag.Diagnostics,
) (registry.Version, bool) {
	version, err := d.session.cache.Version(ctx, model.Name, number)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("Model %q has no version %s", model.Name, number),
			explainWith(err, "Check the number, and that the pipeline which registers it has run."))
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read version %s of model %q", number, model.Name), explain(err))
	case version.IsPrompt():
		refusePrompt("model_name", model.Name, diags)
	default:
		return version, true
	}
	return version, false
}

func (d *modelVersionDataSource) byAlias(ctx context.Context, model registry.Model, alias string, diags *diag.Diagnostics) (registry.Version, bool) {
	number, ok := model.Aliases[alias]
	if !ok { // A search over several models may have shown less.
		if confirmed, err := d.session.cache.ConfirmModel(ctx, model.Name); err == nil {
			model = confirmed
			number, ok = model.Aliases[alias]
		}
	}
	if !ok {
		known := "It has none."
		if names := slices.Sorted(maps.Keys(model.Aliases)); len(names) > 0 {
			known = "It has " + strings.Join(names, ", ") + "."
		}
		diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("Model %q has no alias %q", model.Name, alias),
			"Check the alias; case matters. "+known)
		return registry.Version{}, false
	}
	return d.byNumber(ctx, model, number, "alias", diags)
}

func (d *modelVersionDataSource) byStage(ctx context.Context, model registry.Model, text string, diags *diag.Diagnostics) (registry.Version, bool) {
	stage, _ := registry.ParseStage(text) // Its validator has seen to it.
	versions, err := d.session.cache.Versions(ctx, model.Name)
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to read who holds %s of model %q", stage, model.Name), explain(err))
		return registry.Version{}, false
	}
	holders := registry.Holders(versions, stage)
	switch len(holders) {
	case 1:
		return registry.FindVersion(versions, holders[0])
	case 0:
		diags.AddAttributeError(path.Root("stage"), fmt.Sprintf("No version of model %q is in %s", model.Name, stage),
			fmt.Sprintf("The model has %d version(s), all in other stages. Promote one, or look it up by version or alias. Where the stage may be "+
				"empty, read stages[%q] of data.%s, which has any number of versions.", len(versions), stage, registeredModelType))
	default:
		diags.AddAttributeError(path.Root("stage"), fmt.Sprintf("%s of model %q has %d holders", stage, model.Name, len(holders)),
			fmt.Sprintf("It is held by %s, so the stage names no single version. Settle which one is to hold it, look the version up by version or "+
				"alias, or read stages[%q] of data.%s, which has all of them.", shortList(holders), stage, registeredModelType))
	}
	return registry.Version{}, false
}

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ datasource.DataSourceWithConfigure = (*registeredModelDataSource)(nil)

type registeredModelDataSource struct{ configuredDataSource }

func newRegisteredModelDataSource() datasource.DataSource { return &registeredModelDataSource{} }

func (d *registeredModelDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = registeredModelType
}

func (d *registeredModelDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := modelFactAttributes()
	attributes["name"] = schema.StringAttribute{
		Required: true, Validators: []validator.String{modelNameRule()},
		MarkdownDescription: "Name of the registered model. A model that does not exist, and a prompt, is an error.",
	}
	attributes["stages"] = schema.MapAttribute{
		Computed: true, ElementType: types.ListType{ElemType: types.StringType},
		MarkdownDescription: "All versions in each stage, as version numbers in ascending order. The keys are always `None`, `Staging`, " +
			"`Production` and `Archived`. MLflow's own `latest_versions` shows the newest of each only.",
	}
	attributes["latest_version"] = computedText("Greatest version number, in whatever stage; null when the model has no versions.")
	attributes["timeouts"] = readTimeoutAttribute(ctx)
	resp.Schema = schema.Schema{
		MarkdownDescription: "One registered model, with its aliases and with every version that holds a stage.",
		Attributes:          attributes,
	}
}

// registeredModelFound is the configuration and the result.
type registeredModelFound struct {
	limitedRead
	Name types.String `tfsdk:"name"`
	modelFacts
	Stages        types.Map    `tfsdk:"stages"`
	LatestVersion types.String `tfsdk:"latest_version"`
}

func (d *registeredModelDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var found registeredModelFound
	resp.Diagnostics.Append(req.Config.Get(ctx, &found)...)
	ctx, cancel := found.within(ctx, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !d.session.check(&resp.Diagnostics) {
		return
	}
	model, ok := d.session.lookUp(ctx, "name", found.Name.ValueString(), &resp.Diagnostics)
	if !ok {
		return
	}
	versions, err := d.session.cache.Versions(ctx, model.Name)
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to read the versions of model %q", model.Name), explain(err))
		return
	}
	found.modelFacts = newModelFacts(ctx, model, &resp.Diagnostics)
	stages := make(map[string]attr.Value)
	for _, stage := range registry.Stages() {
		stages[string(stage)] = versionList(registry.Holders(versions, stage))
	}
	found.Stages = types.MapValueMust(types.ListType{ElemType: types.StringType}, stages)
	found.LatestVersion = types.StringNull()
	if len(versions) > 0 {
		found.LatestVersion = types.StringValue(versions[len(versions)-1].Number.String())
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &found)...)
}

// lookUp returns a model that a data source names. One that does not exist, and a prompt, is an error at the attribute.
func (s *session) lookUp(ctx context.Context, attribute, name string, diags *diag.Diagnostics) (registry.Model, bool) {
	model, err := s.cache.Model(ctx, name)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("Registered model %q does not exist", name),
			explainWith(err, "Check the name, and which registry and workspace the provider uses. Names are case-sensitive."))
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", name), explain(err))
	case model.IsPrompt():
		refusePrompt(attribute, name, diags)
	default:
		return model, true
	}
	return model, false
}

package provider

import (
	"context"
	"errors"
	"os"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// typeName starts the name of every type of this provider.
const typeName = "mlregistry"

var _ provider.ProviderWithFunctions = (*mlregistryProvider)(nil)

type mlregistryProvider struct {
	version string
}

// New returns the constructor of the provider. version is the release, "dev" for a build from source; it is part of
// the user agent that servers see.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &mlregistryProvider{version: version} }
}

func (p *mlregistryProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = typeName, p.version
}

func (p *mlregistryProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Models, versions and stages of a machine-learning model registry: an MLflow server, or a registry " +
			"embedded in this provider. Settings that are left out come from the environment variables of MLflow's Python SDK.",
		Attributes: map[string]schema.Attribute{
			"tracking_uri": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Address of the MLflow server (`http://…` or `https://…`, with a path prefix if the server has one), " +
					"or `embedded:PATH` for a registry kept in one SQLite file by this provider. Default: `MLFLOW_TRACKING_URI`. " +
					"One of this, `registry_uri` and their variables must be set.",
			},
			"registry_uri": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Address of the model registry where it is not the tracking server's. It wins over `tracking_uri`. " +
					"Default: `MLFLOW_REGISTRY_URI`.",
			},
			"username": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "User name for HTTP basic authentication. Default: `MLFLOW_TRACKING_USERNAME`, then " +
					"`~/.mlflow/credentials`. User name and password together win over `token`, as in MLflow's SDK.",
			},
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Password for HTTP basic authentication. Default: `MLFLOW_TRACKING_PASSWORD`, then `~/.mlflow/credentials`.",
			},
			"token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Bearer token. Default: `MLFLOW_TRACKING_TOKEN`.",
			},
			"workspace": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "MLflow workspace (MLflow 3.10 and newer), sent as the header `X-MLFLOW-WORKSPACE`. " +
					"Default: `MLFLOW_WORKSPACE`.",
			},
			"headers": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "HTTP headers to send with every request, for instance for a proxy in front of MLflow. Default: none.",
			},
			"handover": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How a stage changes hands. `atomic` (default): one request in which the server archives the old version " +
					"and promotes the new one, so that readers always see exactly one. `sequential`: the old version is archived, then the new " +
					"one is promoted, for servers that ignore `archive_existing_versions`; readers may see none for a moment, and never two.",
				Validators: []validator.String{stringvalidator.OneOf(wayNames()...)},
			},
			"require_staging": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Refuse to move a version from None to Production, in the plan. A rollback (Archived to Production) " +
					"is always allowed. Default: `false`, which only warns.",
			},
		},
	}
}

// wayNames returns what the attribute handover takes.
func wayNames() []string {
	var names []string
	for _, way := range handover.Ways() {
		names = append(names, string(way))
	}
	return names
}

// providerConfig is the provider block.
type providerConfig struct {
	TrackingURI    types.String `tfsdk:"tracking_uri"`
	RegistryURI    types.String `tfsdk:"registry_uri"`
	Username       types.String `tfsdk:"username"`
	Password       types.String `tfsdk:"password"`
	Token          types.String `tfsdk:"token"`
	Workspace      types.String `tfsdk:"workspace"`
	Headers        types.Map    `tfsdk:"headers"`
	Handover       types.String `tfsdk:"handover"`
	RequireStaging types.Bool   `tfsdk:"require_staging"`
}

func (p *mlregistryProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	if !req.Config.Raw.IsFullyKnown() {
		// Terraform plans with values that are known only after apply. Whatever needs the registry then says so.
		resp.ResourceData, resp.DataSourceData = &session{}, &session{}
		return
	}
	var config providerConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	target, diags := p.open(ctx, config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	configured := newSession(target, config.settings())
	resp.ResourceData, resp.DataSourceData = configured, configured
}

// settings returns what the block says about promotions.
func (c *providerConfig) settings() sessionSettings {
	settings := sessionSettings{way: handover.Atomic, requireStaging: c.RequireStaging.ValueBool()}
	if !c.Handover.IsNull() {
		settings.way = handover.Way(c.Handover.ValueString())
	}
	return settings
}

func (p *mlregistryProvider) open(ctx context.Context, config providerConfig) (registry.Client, diag.Diagnostics) {
	var diags diag.Diagnostics
	settings := connect.Settings{
		TrackingURI: config.TrackingURI.ValueString(), RegistryURI: config.RegistryURI.ValueString(),
		Username: config.Username.ValueString(), Password: config.Password.ValueString(), Token: config.Token.ValueString(),
		Workspace: config.Workspace.ValueString(),
	}
	if !config.Headers.IsNull() {
		diags.Append(config.Headers.ElementsAs(ctx, &settings.Headers, false)...)
	}
	home, _ := os.UserHomeDir() // Without a home folder there is no credentials file.
	credentials, err := connect.ReadCredentialsFile(home)
	if err != nil {
		diags.AddError("Unable to read MLflow's credentials file", explain(err))
		return nil, diags
	}
	resolved, err := settings.WithEnvironment(os.Getenv, credentials)
	if err != nil {
		diags.AddError("Unable to use the environment", explain(err))
		return nil, diags
	}
	if settings.RegistryURI == "" && settings.TrackingURI != "" && resolved.URI() != settings.TrackingURI {
		diags.AddAttributeWarning(path.Root("tracking_uri"), "The environment chooses another registry than tracking_uri",
			"The variable "+connect.EnvRegistryURI+" is set and registry_uri is not, so the registry is the one that the variable "+
				"names, as in MLflow's Python SDK. Set registry_uri, or unset the variable, to make it plain which registry this is.")
	}
	attribute := path.Root("tracking_uri")
	if resolved.RegistryURI != "" {
		attribute = path.Root("registry_uri")
	}
	target, err := connect.Open(resolved, "terraform-provider-mlregistry/"+p.version)
	switch {
	case errors.Is(err, connect.ErrNotConfigured):
		diags.AddAttributeError(attribute, "No model registry is configured",
			"Neither tracking_uri nor the environment variable "+connect.EnvTrackingURI+" is set.\n\n"+
				"For an MLflow server, set its address:\n\n  provider \"mlregistry\" {\n    tracking_uri = \"https://mlflow.example.com\"\n  }\n\n"+
				"For a registry in a local file, without any server:\n\n  provider \"mlregistry\" {\n    tracking_uri = \"embedded:registry.db\"\n  }")
	case err != nil:
		diags.AddAttributeError(attribute, "Unable to use the model registry", explain(err))
	}
	return target, diags
}

func (p *mlregistryProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newRegisteredModelResource, newModelVersionResource, newModelStageResource, newModelAliasResource,
	}
}

func (p *mlregistryProvider) DataSources(context.Context) []func() datasource.DataSource {
	return nil
}

func (p *mlregistryProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newModelURIFunction, newParseModelURIFunction, newParseStageFunction}
}

package provider

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// typeName starts the name of every type of this provider.
const typeName = "mlregistry"

var (
	_ provider.ProviderWithActions        = (*mlregistryProvider)(nil)
	_ provider.ProviderWithFunctions      = (*mlregistryProvider)(nil)
	_ provider.ProviderWithListResources  = (*mlregistryProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*mlregistryProvider)(nil)
)

type mlregistryProvider struct {
	version string
	// validated is set once the block was validated.
	validated atomic.Bool
	opened    *openedRegistries
}

// New returns the constructor of the provider. version is the release, "dev" for a build from source; it is part of
// the user agent that servers see.
func New(version string) func() provider.Provider {
	constructor, _ := NewClosing(version)
	return constructor
}

// NewClosing also returns what takes the leases off the versions that were registered, and closes the registries that the providers
// have opened. It is to be called once Terraform has ended the plugin, which then has two seconds: the file of an embedded registry is
// whole when everybody has closed it.
func NewClosing(version string) (constructor func() provider.Provider, closeAll func() error) {
	opened := &openedRegistries{}
	return func() provider.Provider { return &mlregistryProvider{version: version, opened: opened} }, opened.close
}

func (p *mlregistryProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = typeName, p.version
}

// ValidateConfig notes that the block was validated. In each walk Terraform and OpenTofu validate it in the process that they configure
// then. terraform test, from 1.13 on, and Terraform Stacks configure a provider without that, and keep it for several walks.
func (p *mlregistryProvider) ValidateConfig(context.Context, provider.ValidateConfigRequest, *provider.ValidateConfigResponse) {
	p.validated.Store(true)
}

func (p *mlregistryProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	if !canBeAsked(req.Config.Raw) { // Whatever needs the registry then says so.
		resp.ResourceData, resp.DataSourceData, resp.ListResourceData, resp.ActionData = &session{}, &session{}, &session{}, &session{}
		return
	}
	var config providerConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.withoutUnknown(ctx, &resp.Diagnostics)
	target, diags := p.open(ctx, config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	settings := config.settings(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	configured := newSession(target, settings, !p.validated.Load())
	p.opened.uses(configured.engine)
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData, resp.ActionData = configured, configured, configured, configured
}

// settings returns what the block says about promotions.
func (c *providerConfig) settings(ctx context.Context, diags *diag.Diagnostics) sessionSettings {
	settings := sessionSettings{
		way: handover.Atomic, requireStaging: c.RequireStaging.ValueBool(),
		requireTags: declaredTags(ctx, c.RequireTags, diags), promotionTags: declaredTags(ctx, c.PromotionTags, diags),
		gatedAliases: make(map[string]bool),
	}
	settings.gatedUnknown = c.GatedAliases.IsUnknown()
	for _, alias := range c.GatedAliases.Elements() {
		name, ok := alias.(types.String)
		switch {
		case !ok || name.IsUnknown():
			settings.gatedUnknown = true
		default:
			settings.gatedAliases[name.ValueString()] = true
		}
	}
	settings.keptAs = c.Stages.mapping(diags)
	if !c.Handover.IsNull() {
		settings.way = handover.Way(c.Handover.ValueString())
	}
	return settings
}

func (p *mlregistryProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newRegisteredModelResource, newModelVersionResource, newModelStageResource, newModelAliasResource,
		newRegisteredModelTagResource, newModelVersionTagResource,
	}
}

func (p *mlregistryProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newRegisteredModelList, newModelVersionList, newModelStageList, newModelAliasList}
}

func (p *mlregistryProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newRegisteredModelDataSource, newRegisteredModelsDataSource, newModelVersionDataSource, newModelVersionsDataSource,
		newServerDataSource,
	}
}

func (p *mlregistryProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{newPromoteAction, newRollbackAction}
}

func (p *mlregistryProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newModelURIFunction, newParseModelURIFunction, newParseStageFunction}
}

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const serverType = typeName + "_server"

var _ datasource.DataSourceWithConfigure = (*serverDataSource)(nil)

type serverDataSource struct{ configuredDataSource }

func newServerDataSource() datasource.DataSource { return &serverDataSource{} }

func (d *serverDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = serverType
}

func (d *serverDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	has := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What the registry's server is and has, found out by asking it. A server that is too old for a question does not " +
			"have what it asks for.",
		Attributes: map[string]schema.Attribute{
			"version": computedText("MLflow's version, such as `3.17.2`; null when the server does not tell. The embedded registry tells the version " +
				"of MLflow that it answers like."),
			"stages": has("Whether model versions have stages. Databricks Unity Catalog, for one, has none."),
			"webhooks": has("Whether webhooks can be registered (MLflow 3.3 and newer, on a database). The credentials may still lack the right " +
				"to."),
			"workspaces": has("Whether the server has workspaces (MLflow 3.10 and newer, switched on)."),
			"permissions": has("Whether the server has users and permissions (MLflow's app `basic-auth`). A proxy that asks for a login does not " +
				"count."),
			"timeouts": readTimeoutAttribute(ctx),
		},
	}
}

// serverFound is the result.
type serverFound struct {
	limitedRead
	Version     types.String `tfsdk:"version"`
	Stages      types.Bool   `tfsdk:"stages"`
	Webhooks    types.Bool   `tfsdk:"webhooks"`
	Workspaces  types.Bool   `tfsdk:"workspaces"`
	Permissions types.Bool   `tfsdk:"permissions"`
}

func (d *serverDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var found serverFound
	resp.Diagnostics.Append(req.Config.Get(ctx, &found)...)
	ctx, cancel := found.within(ctx, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !d.session.check(&resp.Diagnostics) {
		return
	}
	server, err := d.session.server.Server(ctx)
	if err != nil {
		resp.Diagnostics.AddError("Unable to find out what the server has", explain(err))
		return
	}
	found.Version, found.Stages, found.Webhooks = textOrNull(server.Version), types.BoolValue(server.Stages), types.BoolValue(server.Webhooks)
	found.Workspaces, found.Permissions = types.BoolValue(server.Workspaces), types.BoolValue(server.Permissions)
	resp.Diagnostics.Append(resp.State.Set(ctx, &found)...)
}

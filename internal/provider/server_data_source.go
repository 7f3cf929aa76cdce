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

func (d *serverDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
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
		},
	}
}

// serverFound is the result.
type serverFound struct {
	Version     types.String `tfsdk:"version"`
	Stages      types.Bool   `tfsdk:"stages"`
	Webhooks    types.Bool   `tfsdk:"webhooks"`
	Workspaces  types.Bool   `tfsdk:"workspaces"`
	Permissions types.Bool   `tfsdk:"permissions"`
}

func (d *serverDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.session.check(&resp.Diagnostics) {
		return
	}
	server, err := d.session.server.Server(ctx)
	if err != nil {
		resp.Diagnostics.AddError("Unable to find out what the server has", explain(err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &serverFound{
		Version: textOrNull(server.Version), Stages: types.BoolValue(server.Stages), Webhooks: types.BoolValue(server.Webhooks),
		Workspaces: types.BoolValue(server.Workspaces), Permissions: types.BoolValue(server.Permissions),
	})...)
}

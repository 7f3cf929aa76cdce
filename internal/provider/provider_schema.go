package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

func (p *mlregistryProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Models, versions and stages of a machine-learning model registry: an MLflow server, or a registry " +
			"embedded in this provider. Settings that are left out come from the environment variables of MLflow's Python SDK; the " +
			"guide \"Connection and credentials\" has all of them in one table.",
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
			"exec": execAttribute(),
			"workspace": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "MLflow workspace (MLflow 3.10 and newer), sent as the header `X-MLFLOW-WORKSPACE`. " +
					"Default: `MLFLOW_WORKSPACE`.",
			},
			"headers": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "HTTP headers to send with every request, for instance for a proxy in front of MLflow. Default: none.",
			},
			"insecure_tls": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Do not check the server's certificate: whoever can get between this machine and the server can read and change " +
					"everything, credentials too. For a private authority use `server_cert_path`. Default: `MLFLOW_TRACKING_INSECURE_TLS`, then `false`.",
			},
			"server_cert_path": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "PEM file, or folder of PEM files, with the certificates of the authorities that may sign the server's, instead of " +
					"those of the system. Default: `MLFLOW_TRACKING_SERVER_CERT_PATH`, then `REQUESTS_CA_BUNDLE`, then `CURL_CA_BUNDLE`.",
			},
			"server_cert_pem": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The same as `server_cert_path`, as text in PEM form. Set one of the two.",
			},
			"client_cert_path": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "PEM file with a client certificate and its private key (not encrypted), for servers that ask for one (mTLS). " +
					"Default: `MLFLOW_TRACKING_CLIENT_CERT_PATH`.",
			},
			"client_cert_pem": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The same as `client_cert_path`, as text in PEM form. Set one of the two.",
			},
			"proxy_url": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Proxy for every request: `http://…`, `https://…` or `socks5://…`, with user name and password if it needs them. " +
					"Default: `HTTPS_PROXY` or `HTTP_PROXY`, by the scheme of the server's address, then `ALL_PROXY`, except for what `NO_PROXY` " +
					"names and for this machine; each also in lower case, which wins.",
			},
			"request_timeout": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "How long one request may take, in seconds. A resource's `timeouts` bound all requests of an operation with " +
					"their repetitions. Default: `MLFLOW_HTTP_REQUEST_TIMEOUT`, then `120`.",
			},
			"max_retries": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(0, 100)},
				MarkdownDescription: "How often a request is repeated after a connection error or an answer of 408, 429, 502, 503, 504, 520 to 524, or 500 where it only " +
					"reads. What must not be done twice, or not after somebody else's change (registering a model or a version, moving a stage or an " +
					"alias), is repeated only where it certainly was not done; otherwise the provider looks first what became of it. Default: `MLFLOW_HTTP_REQUEST_MAX_RETRIES`, then `7`.",
			},
			"backoff_factor": schema.Float64Attribute{
				Optional: true, Validators: []validator.Float64{float64validator.Between(0, 120)},
				MarkdownDescription: "The wait before the first repetition, in seconds; it doubles with each, and between half and the whole of it is " +
					"waited, at random, at most 120 seconds. Default: `MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR`, then `2`.",
			},
			"backoff_jitter": schema.Float64Attribute{
				Optional: true, Validators: []validator.Float64{float64validator.Between(0, 120)},
				MarkdownDescription: "How many seconds a wait may be longer than `backoff_factor` asks for, at random. " +
					"Default: `MLFLOW_HTTP_REQUEST_BACKOFF_JITTER`, then `1`.",
			},
			"respect_retry_after": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Wait as long as the server asks for with the header `Retry-After`, up to five minutes; a server that asks for more " +
					"ends the operation with an error. Default: `MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER`, then `true`.",
			},
			"max_concurrent_requests": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: fmt.Sprintf("How many requests are under way at a time, of all resources of this provider block together. Default: `%d`.",
					connect.DefaultConcurrentRequests),
			},
			"handover": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How a stage changes hands. `atomic` (default): one request in which the server archives the old version " +
					"and promotes the new one, so that readers always see exactly one. `sequential`: the old version is archived, then the new " +
					"one is promoted, for servers that ignore `archive_existing_versions`; readers may see none for a moment, and never two.",
				Validators: []validator.String{stringvalidator.OneOf(wayNames()...)},
			},
			"stages": stagesAttribute(),
			"require_staging": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Refuse to move a version from None to Production, in the plan. A rollback (Archived to Production) " +
					"is always allowed. Default: `false`, which only warns.",
			},
			"require_tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: requiredTagRules(),
				MarkdownDescription: "Tags that a version must have, with these values, to enter Production, whichever stage it comes from, or to get one of " +
					"`gated_aliases`: a rollback counts. Checked in the plan, and again in the apply before anything is touched. A version that is in Production, " +
					"or has the alias, already is not asked. Resources can require more, or another value of a tag. Default: none.",
			},
			"gated_aliases": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.Set{setvalidator.ValueStringsAre(aliasRule())},
				MarkdownDescription: "Aliases that serve, such as `[\"champion\"]`: `require_tags` and `promotion_tags` of the provider count for them as " +
					"they do for Production, in every model. Default: none.",
			},
			"promotion_tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: promotionTagRules(),
				MarkdownDescription: "Tags to write onto a version once it has entered Production, or got one of `gated_aliases`, so that the registry tells who was live when, " +
					"such as `{ commit = var.commit }`. " + placeholderText() + " Resources can add to them. A change takes effect at the next " +
					"promotion and is never a difference of a plan. Default: none.",
			},
		},
	}
}

func execAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "A command that prints a token, for identity-aware proxies, Kubernetes and clouds. It runs once for all requests of a plan " +
			"or an apply, again shortly before the token expires, and once after a 401. It prints JSON: `{\"token\": \"…\", \"expiry\": " +
			"\"2026-05-01T12:00:00Z\"}` (without `expiry` the token is kept until a 401), or what `kubectl create token -o json`, plugins of kubectl " +
			"(ExecCredential), `az account get-access-token` and OAuth 2 token endpoints print. Default: none.",
		Attributes: map[string]schema.Attribute{
			"command": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "The program: a path, or a name that is looked up in `PATH`. No shell sees it or its arguments. A message shows what a " +
					"failed command wrote to its standard error, without what looks like a secret.",
			},
			"args": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Arguments of the program. Default: none.",
			},
			"env": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "Environment variables of the program, besides those of Terraform. Default: none.",
			},
			"header": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Header that carries the token. With another one than the default, such as `Proxy-Authorization`, " +
					"user name and password or `token` can be sent as well. Default: `Authorization`.",
			},
			"scheme": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What stands before the token in the header; an empty text for the token alone. Default: `Bearer`.",
			},
			"timeout": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: fmt.Sprintf("How long the command may take, in seconds. Default: `%d`.", int(connect.DefaultExecTimeout.Seconds())),
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

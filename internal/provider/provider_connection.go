package provider

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// providerConfig is the provider block.
type providerConfig struct {
	TrackingURI           types.String  `tfsdk:"tracking_uri"`
	RegistryURI           types.String  `tfsdk:"registry_uri"`
	Username              types.String  `tfsdk:"username"`
	Password              types.String  `tfsdk:"password"`
	Token                 types.String  `tfsdk:"token"`
	Exec                  *execConfig   `tfsdk:"exec"`
	Workspace             types.String  `tfsdk:"workspace"`
	Headers               types.Map     `tfsdk:"headers"`
	InsecureTLS           types.Bool    `tfsdk:"insecure_tls"`
	ServerCertPath        types.String  `tfsdk:"server_cert_path"`
	ServerCertPEM         types.String  `tfsdk:"server_cert_pem"`
	ClientCertPath        types.String  `tfsdk:"client_cert_path"`
	ClientCertPEM         types.String  `tfsdk:"client_cert_pem"`
	ProxyURL              types.String  `tfsdk:"proxy_url"`
	RequestTimeout        types.Int64   `tfsdk:"request_timeout"`
	MaxRetries            types.Int64   `tfsdk:"max_retries"`
	BackoffFactor         types.Float64 `tfsdk:"backoff_factor"`
	BackoffJitter         types.Float64 `tfsdk:"backoff_jitter"`
	RespectRetryAfter     types.Bool    `tfsdk:"respect_retry_after"`
	MaxConcurrentRequests types.Int64   `tfsdk:"max_concurrent_requests"`
	Handover              types.String  `tfsdk:"handover"`
	Stages                *stagesConfig `tfsdk:"stages"`
	RequireStaging        types.Bool    `tfsdk:"require_staging"`
	RequireTags           types.Map     `tfsdk:"require_tags"`
	PromotionTags         types.Map     `tfsdk:"promotion_tags"`
	GatedAliases          types.Set     `tfsdk:"gated_aliases"`
}

// execConfig is the attribute exec of the provider block.
type execConfig struct {
	Command types.String `tfsdk:"command"`
	Args    types.List   `tfsdk:"args"`
	Env     types.Map    `tfsdk:"env"`
	Header  types.String `tfsdk:"header"`
	Scheme  types.String `tfsdk:"scheme"`
	Timeout types.Int64  `tfsdk:"timeout"`
}

// connection returns what the block says about the registry and the way to it.
func (c *providerConfig) connection(ctx context.Context, diags *diag.Diagnostics) connect.Settings {
	settings := connect.Settings{
		TrackingURI: c.TrackingURI.ValueString(), RegistryURI: c.RegistryURI.ValueString(),
		Username: c.Username.ValueString(), Password: c.Password.ValueString(), Token: c.Token.ValueString(),
		Workspace: c.Workspace.ValueString(), InsecureTLS: c.InsecureTLS.ValueBoolPointer(),
		ServerCertPath: c.ServerCertPath.ValueString(), ServerCertPEM: c.ServerCertPEM.ValueString(),
		ClientCertPath: c.ClientCertPath.ValueString(), ClientCertPEM: c.ClientCertPEM.ValueString(),
		ProxyURL: c.ProxyURL.ValueString(), Timeout: time.Duration(c.RequestTimeout.ValueInt64()) * time.Second,
		BackoffFactor: c.BackoffFactor.ValueFloat64Pointer(), BackoffJitter: c.BackoffJitter.ValueFloat64Pointer(),
		RespectRetryAfter: c.RespectRetryAfter.ValueBoolPointer(), ConcurrentRequests: int(c.MaxConcurrentRequests.ValueInt64()),
	}
	if !c.MaxRetries.IsNull() {
		settings.MaxRetries = new(int(c.MaxRetries.ValueInt64()))
	}
	if !c.Headers.IsNull() {
		diags.Append(c.Headers.ElementsAs(ctx, &settings.Headers, false)...)
	}
	if c.Exec != nil {
		settings.Exec = c.Exec.settings(ctx, diags)
	}
	return settings
}

func (c *execConfig) settings(ctx context.Context, diags *diag.Diagnostics) *connect.Exec {
	exec := &connect.Exec{
		Command: c.Command.ValueString(), Header: c.Header.ValueString(), Scheme: c.Scheme.ValueStringPointer(),
		Timeout: time.Duration(c.Timeout.ValueInt64()) * time.Second,
	}
	if !c.Args.IsNull() {
		diags.Append(c.Args.ElementsAs(ctx, &exec.Args, false)...)
	}
	if !c.Env.IsNull() {
		diags.Append(c.Env.ElementsAs(ctx, &exec.Env, false)...)
	}
	return exec
}

// open returns the registry that the block and the environment name. It makes no request.
func (p *mlregistryProvider) open(ctx context.Context, config providerConfig) (registry.Client, diag.Diagnostics) {
	var diags diag.Diagnostics
	settings := config.connection(ctx, &diags)
	resolved, err := settings.WithEnvironment(os.Getenv, func() (connect.CredentialsFile, error) {
		home, _ := os.UserHomeDir() // Without a home folder there is no credentials file.
		return connect.ReadCredentialsFile(home)
	})
	if file, ok := errors.AsType[*connect.CredentialsFileError](err); ok {
		diags.AddError("Unable to read MLflow's credentials file", explain(file))
		return nil, diags
	}
	if err != nil {
		addSettingError(err, path.Root("tracking_uri"), &diags)
		return nil, diags
	}
	attribute := path.Root("tracking_uri")
	if resolved.RegistryURI != "" {
		attribute = path.Root("registry_uri")
	}
	if settings.RegistryURI == "" && settings.TrackingURI != "" && resolved.URI() != settings.TrackingURI {
		diags.AddAttributeWarning(path.Root("tracking_uri"), "The environment chooses another registry than tracking_uri",
			"The variable "+connect.EnvRegistryURI+" is set and registry_uri is not, so the registry is the one that the variable "+
				"names, as in MLflow's Python SDK. Set registry_uri, or unset the variable, to make it plain which registry this is.")
	}
	target, err := connect.Open(resolved, "terraform-provider-mlregistry/"+p.version)
	switch {
	case errors.Is(err, connect.ErrNotConfigured):
		diags.AddAttributeError(attribute, "No model registry is configured",
			"Neither tracking_uri nor the environment variable "+connect.EnvTrackingURI+" is set.\n\n"+
				"For an MLflow server, set its address:\n\n  provider \"mlregistry\" {\n    tracking_uri = \"https://mlflow.example.com\"\n  }\n\n"+
				"For a registry in a local file, without any server:\n\n  provider \"mlregistry\" {\n    tracking_uri = \"embedded:registry.db\"\n  }")
	case err != nil:
		addSettingError(err, attribute, &diags)
	case resolved.SendsCredentialsInTheClear():
		diags.AddAttributeWarning(attribute, "Credentials are sent without encryption",
			"The address starts with http:// and is not on this machine, so everybody on the way can read the credentials. Use https://, or "+
				"reach the server through a tunnel that ends on this machine.")
	}
	p.opened.add(target)
	return target, diags
}

// addSettingError adds the error of a setting at its attribute, or at fallback for one of no attribute.
func addSettingError(err error, fallback path.Path, diags *diag.Diagnostics) {
	setting, ok := errors.AsType[*connect.SettingError](err)
	switch {
	case !ok:
		diags.AddAttributeError(fallback, "Unable to use the model registry", explain(err))
	case setting.Variable != "":
		diags.AddError("Unable to use the environment variable "+setting.Variable, sentence(setting.Err.Error()))
	default:
		at := path.Root(setting.Attribute)
		name := setting.Attribute
		if setting.Within != "" {
			at, name = at.AtName(setting.Within), name+"."+setting.Within
		}
		diags.AddAttributeError(at, "Unable to use "+name, sentence(setting.Err.Error()))
	}
}

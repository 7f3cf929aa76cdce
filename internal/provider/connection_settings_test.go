package provider

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// TestBadConnectionSettingsNameTheAttribute shows that a setting that cannot work is an error of the plan, at its attribute,
// before any request and without a secret.
func TestBadConnectionSettingsNameTheAttribute(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	issued := acctest.NewAuthority(t).Issue("ann", time.Now().Add(time.Hour))
	other := acctest.NewAuthority(t).Issue("bob", time.Now().Add(time.Hour))
	missing := text(filepath.Join(t.TempDir(), "missing.pem"))
	noPEM := text(acctest.TemporaryFile(t, "notes.pem", []byte("s3cr3t notes")))
	folder := text(t.TempDir())
	certificate := text(string(issued.Certificate))
	run := func(command string) *execConfig { return &execConfig{Command: text(command)} }
	server := text("https://mlflow.example.com")

	for name, test := range map[string]struct {
		config providerConfig
		at     path.Path
		says   string
	}{
		"nothing":                    {providerConfig{}, path.Root("tracking_uri"), "Neither tracking_uri nor"},
		"a database":                 {providerConfig{TrackingURI: text("sqlite:///x.db")}, path.Root("tracking_uri"), `start with "sqlite"`},
		"no scheme":                  {providerConfig{TrackingURI: text("mlflow.example.com")}, path.Root("tracking_uri"), "has no scheme"},
		"a query":                    {providerConfig{RegistryURI: text("https://h/?token=s3cr3t")}, path.Root("registry_uri"), "query or a fragment"},
		"no host":                    {providerConfig{TrackingURI: text("https:///x")}, path.Root("tracking_uri"), "names no host"},
		"no password":                {providerConfig{TrackingURI: server, Username: text("ann")}, path.Root("username"), "there is no password for it"},
		"no user name":               {providerConfig{TrackingURI: server, Password: text("s3cr3t")}, path.Root("password"), "there is no user name for it"},
		"user name with a colon":     {providerConfig{TrackingURI: server, Username: text("a:b"), Password: text("s3cr3t")}, path.Root("username"), "must not hold ':'"},
		"token from a file":          {providerConfig{TrackingURI: server, Token: text("s3cr3t\n")}, path.Root("token"), "holds a line break"},
		"workspace":                  {providerConfig{TrackingURI: server, Workspace: text("a\nb")}, path.Root("workspace"), "line break"},
		"header name":                {providerConfig{TrackingURI: server, Headers: headers("X Y", "s3cr3t")}, path.Root("headers"), "is not a header name"},
		"authorities missing":        {providerConfig{TrackingURI: server, ServerCertPath: missing}, path.Root("server_cert_path"), "missing.pem cannot be read: no such file"},
		"authorities no PEM":         {providerConfig{TrackingURI: server, ServerCertPath: noPEM}, path.Root("server_cert_path"), "no certificate in PEM form"},
		"authorities empty folder":   {providerConfig{TrackingURI: server, ServerCertPath: folder}, path.Root("server_cert_path"), "no certificate in PEM form"},
		"authorities twice":          {providerConfig{TrackingURI: server, ServerCertPath: noPEM, ServerCertPEM: certificate}, path.Root("server_cert_pem"), "set one of the two"},
		"authorities and none":       {providerConfig{TrackingURI: server, ServerCertPEM: certificate, InsecureTLS: types.BoolValue(true)}, path.Root("insecure_tls"), "remove one of the two"},
		"authorities text":           {providerConfig{TrackingURI: server, ServerCertPEM: text("s3cr3t")}, path.Root("server_cert_pem"), "no certificate in PEM form"},
		"client certificate missing": {providerConfig{TrackingURI: server, ClientCertPath: missing}, path.Root("client_cert_path"), "no such file"},
		"client certificate no PEM":  {providerConfig{TrackingURI: server, ClientCertPath: noPEM}, path.Root("client_cert_path"), "no certificate in PEM form"},
		"client key missing":         {providerConfig{TrackingURI: server, ClientCertPEM: certificate}, path.Root("client_cert_pem"), "no private key"},
		"client key of another": {providerConfig{TrackingURI: server, ClientCertPEM: text(string(issued.Certificate) + string(other.Key))}, path.Root("client_cert_pem"),
			"cannot be used together"},
		"client key encrypted": {providerConfig{TrackingURI: server, ClientCertPEM: text(string(issued.Certificate) +
			"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")}, path.Root("client_cert_pem"), "is encrypted"},
		"client certificate twice": {providerConfig{TrackingURI: server, ClientCertPath: noPEM, ClientCertPEM: certificate}, path.Root("client_cert_pem"), "set one of the two"},
		"proxy":                    {providerConfig{TrackingURI: server, ProxyURL: text("http://ann:s3cr3t%zz@proxy")}, path.Root("proxy_url"), "not the address of a proxy"},
		"proxy of another kind":    {providerConfig{TrackingURI: server, ProxyURL: text("ftp://ann:s3cr3t@proxy")}, path.Root("proxy_url"), `"ftp" are not supported`},
		"token and exec":           {providerConfig{TrackingURI: server, Token: text("s3cr3t"), Exec: run("sh")}, path.Root("exec"), "keep one of them"},
		"password and exec":        {providerConfig{TrackingURI: server, Username: text("ann"), Password: text("s3cr3t"), Exec: run("sh")}, path.Root("exec"), "keep one of them"},
		"no such program":          {providerConfig{TrackingURI: server, Exec: run("no-such-program-here")}, path.Root("exec").AtName("command"), "in PATH"},
		"empty program":            {providerConfig{TrackingURI: server, Exec: run(" ")}, path.Root("exec").AtName("command"), "no command is given"},
		"exec header": {providerConfig{TrackingURI: server, Exec: &execConfig{Command: text("sh"), Header: text("a b")}}, path.Root("exec").AtName("header"),
			"is not a header name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := (&mlregistryProvider{}).open(t.Context(), test.config)
			wantOne(t, diags, diag.SeverityError, test.at, test.says)
		})
	}
	for variable, value := range map[string]string{
		"MLFLOW_TRACKING_SERVER_CERT_PATH": missing.ValueString(), "REQUESTS_CA_BUNDLE": missing.ValueString(),
		"MLFLOW_TRACKING_CLIENT_CERT_PATH": missing.ValueString(), "MLFLOW_HTTP_REQUEST_TIMEOUT": "soon", "HTTPS_PROXY": "ftp://ann:s3cr3t@proxy",
		"MLFLOW_TRACKING_AWS_SIGV4": "true", "MLFLOW_TRACKING_AUTH": "kubernetes", "MLFLOW_TRACKING_TOKEN": "s3cr3t\n",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, value)
			_, diags := (&mlregistryProvider{}).open(t.Context(), providerConfig{TrackingURI: server})
			if len(diags) != 1 || diags[0].Severity() != diag.SeverityError || diags[0].Summary() != "Unable to use the environment variable "+variable ||
				strings.Contains(diags[0].Detail(), "s3cr3t") {
				t.Errorf("%v", diags)
			}
		})
	}
}

func TestCredentialsInTheClearAreWarnedOf(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	_, diags := (&mlregistryProvider{}).open(t.Context(), providerConfig{TrackingURI: text("http://mlflow.example.com"), Token: text("s3cr3t")})
	wantOne(t, diags, diag.SeverityWarning, path.Root("tracking_uri"), "everybody on the way can read the credentials")
	_, diags = (&mlregistryProvider{}).open(t.Context(), providerConfig{RegistryURI: text("http://ann:s3cr3t@mlflow.example.com")})
	wantOne(t, diags, diag.SeverityWarning, path.Root("registry_uri"), "everybody on the way can read the credentials")
	for _, fine := range []string{"https://mlflow.example.com", "http://127.0.0.1:5000"} {
		if _, diags = (&mlregistryProvider{}).open(t.Context(), providerConfig{TrackingURI: text(fine), Token: text("s3cr3t")}); len(diags) != 0 {
			t.Errorf("%s: %v", fine, diags)
		}
	}
}

func wantOne(t *testing.T, diags diag.Diagnostics, severity diag.Severity, at path.Path, says string) {
	t.Helper()
	if len(diags) != 1 {
		t.Fatalf("%d diagnostics: %v", len(diags), diags)
	}
	placed, ok := diags[0].(diag.DiagnosticWithPath)
	if !ok || !placed.Path().Equal(at) || diags[0].Severity() != severity {
		t.Errorf("%v is not at %s", diags[0], at)
	}
	if whole := diags[0].Summary() + ": " + diags[0].Detail(); !strings.Contains(strings.ToLower(whole), strings.ToLower(says)) || strings.Contains(whole, "s3cr3t") {
		t.Errorf("%q does not say %q", whole, says)
	}
}

func headers(pairs ...string) types.Map {
	values := map[string]attr.Value{}
	for index := 0; index < len(pairs); index += 2 {
		values[pairs[index]] = text(pairs[index+1])
	}
	return types.MapValueMust(types.StringType, values)
}

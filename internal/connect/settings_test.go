package connect_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for index := 0; index < len(pairs); index += 2 {
			if pairs[index] == name {
				return pairs[index+1]
			}
		}
		return ""
	}
}

// noFile is the credentials file of somebody who has none, and fileOf one with these credentials.
var noFile = fileOf("", "")

func fileOf(username, password string) func() (connect.CredentialsFile, error) {
	return func() (connect.CredentialsFile, error) {
		return connect.CredentialsFile{Username: username, Password: password}, nil
	}
}

func TestEachSettingFallsBackToItsOwnVariable(t *testing.T) {
	resolved, err := connect.Settings{TrackingURI: "http://block"}.WithEnvironment(environment(
		"MLFLOW_TRACKING_URI", "http://tracking", "MLFLOW_REGISTRY_URI", "http://registry", "MLFLOW_TRACKING_USERNAME", "ann",
		"MLFLOW_TRACKING_PASSWORD", "secret", "MLFLOW_TRACKING_TOKEN", "tok", "MLFLOW_WORKSPACE", " team ",
		"MLFLOW_TRACKING_INSECURE_TLS", "FALSE", "MLFLOW_TRACKING_SERVER_CERT_PATH", "/ca", "MLFLOW_TRACKING_CLIENT_CERT_PATH", "/me",
		"MLFLOW_HTTP_REQUEST_TIMEOUT", "7", "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "1",
		"MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0.5", "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", "0",
	), fileOf("file", "file"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{
		"tracking_uri": resolved.TrackingURI, "uri": resolved.URI(), "username": resolved.Username, "password": resolved.Password,
		"token": resolved.Token, "workspace": resolved.Workspace, "insecure_tls": *resolved.InsecureTLS, "ca": resolved.ServerCertPath,
		"client": resolved.ClientCertPath, "timeout": resolved.Timeout, "retries": *resolved.MaxRetries, "factor": *resolved.BackoffFactor,
		"jitter": *resolved.BackoffJitter, "retry after": *resolved.RespectRetryAfter,
	}
	want := map[string]any{
		"tracking_uri": "http://block", "uri": "http://registry", "username": "ann", "password": "secret", "token": "tok", "workspace": "team",
		"insecure_tls": false, "ca": "/ca", "client": "/me", "timeout": 7 * time.Second, "retries": 0, "factor": 1.0, "jitter": 0.5, "retry after": false,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for attribute, variable := range map[string]string{
		"registry_uri": "MLFLOW_REGISTRY_URI", "tracking_uri": "", "username": "MLFLOW_TRACKING_USERNAME", "request_timeout": "MLFLOW_HTTP_REQUEST_TIMEOUT",
	} {
		if got := resolved.Variable(attribute); got != variable {
			t.Errorf("%s comes from %q, want %q", attribute, got, variable)
		}
	}
}

func TestTheBlockWinsOverTheEnvironment(t *testing.T) {
	block := connect.Settings{
		RegistryURI: "http://block", Username: "bob", Password: "word", Workspace: "mine", InsecureTLS: new(false), ServerCertPath: "/mine",
		ClientCertPath: "/mine", Timeout: time.Second, MaxRetries: new(0), BackoffFactor: new(0.0), BackoffJitter: new(0.0), RespectRetryAfter: new(true),
	}
	resolved, err := block.WithEnvironment(environment(
		"MLFLOW_REGISTRY_URI", "http://registry", "MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "secret",
		"MLFLOW_TRACKING_TOKEN", "tok", "MLFLOW_WORKSPACE", "team", "MLFLOW_TRACKING_INSECURE_TLS", "true", "MLFLOW_TRACKING_SERVER_CERT_PATH", "/ca",
		"REQUESTS_CA_BUNDLE", "/ca2", "MLFLOW_TRACKING_CLIENT_CERT_PATH", "/me", "MLFLOW_HTTP_REQUEST_TIMEOUT", "7", "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "9",
		"MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "9", "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "9", "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", "0",
	), fileOf("file", "file"))
	if err != nil {
		t.Fatal(err)
	}
	if resolved.URI() != "http://block" || resolved.Username != "bob" || resolved.Password != "word" || resolved.Token != "" || resolved.Workspace != "mine" ||
		*resolved.InsecureTLS || resolved.ServerCertPath != "/mine" || resolved.ClientCertPath != "/mine" || resolved.Timeout != time.Second ||
		*resolved.MaxRetries != 0 || *resolved.BackoffFactor != 0 || *resolved.BackoffJitter != 0 || !*resolved.RespectRetryAfter {
		t.Errorf("got %+v", resolved)
	}
}

func TestDefaultsAreThePythonSDKs(t *testing.T) {
	resolved, err := connect.Settings{}.WithEnvironment(environment(), noFile)
	if err != nil || resolved.Timeout != 120*time.Second || *resolved.MaxRetries != 7 || *resolved.BackoffFactor != 2 || *resolved.BackoffJitter != 1 {
		t.Errorf("got %+v, %v", resolved, err)
	}
	if _, err := connect.Open(resolved, ""); !errors.Is(err, connect.ErrNotConfigured) {
		t.Errorf("got %v", err)
	}
}

// Credentials of the block, of any kind, are not mixed with others from the environment.
func TestCredentialsOfTheBlockWinOverTheEnvironment(t *testing.T) {
	getenv := environment("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "secret", "MLFLOW_TRACKING_TOKEN", "tok",
		"MLFLOW_TRACKING_URI", "http://url:pwd@host/prefix")
	file := fileOf("x", "y")
	resolved, err := connect.Settings{Token: "block"}.WithEnvironment(getenv, file)
	if err != nil || resolved.Token != "block" || resolved.Username != "" || resolved.Password != "" || resolved.URI() != "http://host/prefix" {
		t.Errorf("got %+v, %v", resolved, err)
	}
	resolved, err = connect.Settings{Exec: &connect.Exec{Command: "sh"}}.WithEnvironment(getenv, file)
	if err != nil || resolved.Token != "" || resolved.Username != "" || resolved.Password != "" || resolved.URI() != "http://host/prefix" {
		t.Errorf("got %+v, %v", resolved, err)
	}
	// The half of a pair that is left out comes from the environment.
	resolved, err = connect.Settings{Username: "bob"}.WithEnvironment(getenv, file)
	if err != nil || resolved.Username != "bob" || resolved.Password != "secret" || resolved.Token != "" {
		t.Errorf("got %+v, %v", resolved, err)
	}
	// A token for another header stands beside the server's own credentials.
	resolved, err = connect.Settings{Exec: &connect.Exec{Command: "sh", Header: "Proxy-Authorization"}}.WithEnvironment(getenv, file)
	if err != nil || resolved.Token != "tok" || resolved.Username != "ann" || resolved.Password != "secret" || resolved.URI() != "http://url:pwd@host/prefix" {
		t.Errorf("got %+v, %v", resolved, err)
	}
}

func TestWhichAuthoritiesCount(t *testing.T) {
	for name, test := range map[string]struct {
		block    connect.Settings
		env      []string
		path     string
		insecure bool
	}{
		"none":                               {connect.Settings{}, nil, "", false},
		"MLflow's over those of requests":    {connect.Settings{}, []string{"CURL_CA_BUNDLE", "c", "REQUESTS_CA_BUNDLE", "r", "MLFLOW_TRACKING_SERVER_CERT_PATH", "m"}, "m", false},
		"requests' over curl's":              {connect.Settings{}, []string{"CURL_CA_BUNDLE", "c", "REQUESTS_CA_BUNDLE", "r"}, "r", false},
		"curl's":                             {connect.Settings{}, []string{"CURL_CA_BUNDLE", "c"}, "c", false},
		"unchecked over those of requests":   {connect.Settings{}, []string{"MLFLOW_TRACKING_INSECURE_TLS", "1", "REQUESTS_CA_BUNDLE", "r"}, "", true},
		"unchecked in the block":             {connect.Settings{InsecureTLS: new(true)}, []string{"MLFLOW_TRACKING_SERVER_CERT_PATH", "m"}, "", true},
		"a path in the block":                {connect.Settings{ServerCertPath: "b"}, []string{"MLFLOW_TRACKING_INSECURE_TLS", "1"}, "b", false},
		"a text in the block":                {connect.Settings{ServerCertPEM: "b"}, []string{"MLFLOW_TRACKING_INSECURE_TLS", "1", "MLFLOW_TRACKING_SERVER_CERT_PATH", "m"}, "", false},
		"checked in the block, others there": {connect.Settings{InsecureTLS: new(false)}, []string{"MLFLOW_TRACKING_INSECURE_TLS", "1", "REQUESTS_CA_BUNDLE", "r"}, "r", false},
	} {
		resolved, err := test.block.WithEnvironment(environment(test.env...), noFile)
		insecure := resolved.InsecureTLS != nil && *resolved.InsecureTLS
		if err != nil || resolved.ServerCertPath != test.path || insecure != test.insecure {
			t.Errorf("%s: path %q, insecure %v, %v", name, resolved.ServerCertPath, insecure, err)
		}
	}
}

func TestUnreadableVariablesAreNamed(t *testing.T) {
	for _, name := range []string{
		"MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR",
		"MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER",
	} {
		for _, value := range []string{"soon", "-1", "NaN", "Inf"} {
			_, err := connect.Settings{}.WithEnvironment(environment(name, value), noFile)
			var setting *connect.SettingError
			if !errors.As(err, &setting) || setting.Variable != name || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
}

// What the Python SDK can do and this client cannot is said, and not left out silently.
func TestUnsupportedWaysToSignRequestsAreNamed(t *testing.T) {
	const uri = "https://mlflow.example.com"
	for name, value := range map[string]string{"MLFLOW_TRACKING_AWS_SIGV4": "True", "MLFLOW_TRACKING_AUTH": "kubernetes-namespaced"} {
		_, err := connect.Settings{TrackingURI: uri}.WithEnvironment(environment(name, value), noFile)
		var setting *connect.SettingError
		if !errors.As(err, &setting) || setting.Variable != name {
			t.Errorf("%s: got %v", name, err)
		}
		for _, fine := range []connect.Settings{{TrackingURI: uri, Token: "own"}, {TrackingURI: "embedded:x.db"}} {
			if _, err := fine.WithEnvironment(environment(name, value), noFile); err != nil {
				t.Errorf("%s with %+v: got %v", name, fine, err)
			}
		}
	}
	if _, err := (connect.Settings{TrackingURI: uri}).WithEnvironment(environment("MLFLOW_TRACKING_AWS_SIGV4", "false"), noFile); err != nil {
		t.Errorf("switched off: got %v", err)
	}
}

func TestCredentialsInTheClear(t *testing.T) {
	token := connect.Settings{Token: "tok"}
	for uri, want := range map[string]bool{
		"http://mlflow.example.com": true, "http://10.0.0.7:5000": true, "http://[2001:db8::1]": true, "http://localhost.example.com": true,
		"https://mlflow.example.com": false, "http://localhost:5000": false, "http://LOCALHOST.": false, "http://a.localhost": false,
		"http://127.0.0.1": false, "http://127.9.9.9": false, "http://[::1]:80/x": false, "embedded:x.db": false,
	} {
		token.TrackingURI = uri
		if got := token.SendsCredentialsInTheClear(); got != want {
			t.Errorf("%s: %v", uri, got)
		}
	}
	const away = "http://mlflow.example.com"
	for want, list := range map[bool][]connect.Settings{
		true: {{TrackingURI: "http://u:p@mlflow.example.com"}, {TrackingURI: away, Username: "a", Password: "b"}, {TrackingURI: away, Exec: &connect.Exec{}},
			{TrackingURI: away, Headers: map[string]string{"X-Key": "k"}}, {RegistryURI: away, TrackingURI: "https://x", Token: "tok"}},
		false: {{TrackingURI: away}, {TrackingURI: away, Workspace: "w"}, {TrackingURI: away, Username: "ann"}},
	} {
		for _, settings := range list {
			if settings.SendsCredentialsInTheClear() != want {
				t.Errorf("%+v: want %v", settings, want)
			}
		}
	}
}

func TestAddressesOfAnotherKindAreRefused(t *testing.T) {
	for _, uri := range []string{"sqlite:///mlflow.db", "databricks", "./mlruns", "file:///tmp", "postgresql://u:secret@h/db", "embedded:", "secret@mlflow.example.com",
		"mlflow.example.com:5000", "u:secret@mlflow.example.com"} {
		_, err := connect.Open(connect.Settings{TrackingURI: uri}, "")
		if !errors.Is(err, registry.ErrInvalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", uri, err)
		}
	}
}

func TestCredentialsFile(t *testing.T) {
	home := t.TempDir()
	if found, err := connect.ReadCredentialsFile(home); err != nil || found != (connect.CredentialsFile{}) {
		t.Errorf("without a file: %v, %v", found, err)
	}
	if err := os.Mkdir(filepath.Join(home, ".mlflow"), 0o700); err != nil {
		t.Fatal(err)
	}
	content := "# comment\n[other]\nmlflow_tracking_username = no\n[mlflow]\nMLFLOW_TRACKING_USERNAME = ann\nmlflow_tracking_password: s=e:c%%ret\n"
	if err := os.WriteFile(filepath.Join(home, ".mlflow", "credentials"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := connect.ReadCredentialsFile(home); err != nil || found.Username != "ann" || found.Password != "s=e:c%ret" {
		t.Errorf("got %v, %v", found, err)
	}
}

// A workspace is never ignored: what it names would get into the only registry of the file.
func TestAnEmbeddedRegistryHasNoWorkspaces(t *testing.T) {
	settings := connect.Settings{TrackingURI: "embedded:" + filepath.Join(t.TempDir(), "registry.db")}
	resolved, err := settings.WithEnvironment(environment("MLFLOW_WORKSPACE", "team-a"), noFile)
	if err != nil {
		t.Fatal(err)
	}
	_, err = connect.Open(resolved, "")
	if !errors.Is(err, registry.ErrInvalid) || !strings.Contains(err.Error(), "MLFLOW_WORKSPACE") || !strings.Contains(err.Error(), "no workspaces") {
		t.Errorf("got %v", err)
	}
}

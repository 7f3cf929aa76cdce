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

func TestEachSettingFallsBackToItsOwnVariable(t *testing.T) {
	resolved, err := connect.Settings{TrackingURI: "http://block"}.WithEnvironment(environment(
		"MLFLOW_TRACKING_URI", "http://tracking", "MLFLOW_REGISTRY_URI", "http://registry", "MLFLOW_TRACKING_USERNAME", "ann",
		"MLFLOW_TRACKING_PASSWORD", "secret", "MLFLOW_TRACKING_TOKEN", "tok", "MLFLOW_WORKSPACE", "team",
		"MLFLOW_TRACKING_INSECURE_TLS", "TRUE", "MLFLOW_TRACKING_SERVER_CERT_PATH", "/ca", "MLFLOW_TRACKING_CLIENT_CERT_PATH", "/me",
		"MLFLOW_HTTP_REQUEST_TIMEOUT", "7", "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "1",
	), connect.CredentialsFile{Username: "file", Password: "file"})
	if err != nil {
		t.Fatal(err)
	}
	want := connect.Settings{
		TrackingURI: "http://block", RegistryURI: "http://registry", Username: "ann", Password: "secret", Token: "tok",
		Workspace: "team", InsecureTLS: true, ServerCertPath: "/ca", ClientCertPath: "/me", Timeout: 7 * time.Second, BackoffFactor: 1,
	}
	if got := resolved; got.URI() != "http://registry" || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDefaultsAreThePythonSDKs(t *testing.T) {
	resolved, err := connect.Settings{}.WithEnvironment(environment(), connect.CredentialsFile{})
	if err != nil || resolved.Timeout != 120*time.Second || resolved.MaxRetries != 7 || resolved.BackoffFactor != 2 {
		t.Errorf("got %+v, %v", resolved, err)
	}
	if _, err := connect.Open(resolved, ""); !errors.Is(err, connect.ErrNotConfigured) {
		t.Errorf("got %v", err)
	}
}

func TestTokenInTheBlockWinsOverUserNameInTheEnvironment(t *testing.T) {
	resolved, err := connect.Settings{Token: "block"}.WithEnvironment(
		environment("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "secret"), connect.CredentialsFile{Username: "x", Password: "y"})
	if err != nil || resolved.Token != "block" || resolved.Username != "" || resolved.Password != "" {
		t.Errorf("got %+v, %v", resolved, err)
	}
}

func TestUnreadableVariablesAreNamed(t *testing.T) {
	for _, name := range []string{"MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"} {
		_, err := connect.Settings{}.WithEnvironment(environment(name, "soon"), connect.CredentialsFile{})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAddressesOfAnotherKindAreRefused(t *testing.T) {
	for _, uri := range []string{"sqlite:///mlflow.db", "databricks", "./mlruns", "file:///tmp", "postgresql://u:secret@h/db", "embedded:"} {
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
	content := "# comment\n[other]\nmlflow_tracking_username = no\n[mlflow]\nMLFLOW_TRACKING_USERNAME = ann\nmlflow_tracking_password: s=e:cret\n"
	if err := os.WriteFile(filepath.Join(home, ".mlflow", "credentials"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := connect.ReadCredentialsFile(home); err != nil || found.Username != "ann" || found.Password != "s=e:cret" {
		t.Errorf("got %v, %v", found, err)
	}
}

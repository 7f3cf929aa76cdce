package connect_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
)

// TestPrecedenceIsThePythonSDKs sends a request for each row of testdata/python_sdk.json. make test-python checks with MLflow's
// own client that it does what the rows say (tools/pyclient/test_connection.py).
func TestPrecedenceIsThePythonSDKs(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "python_sdk.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Name, User, Address, Variable, Credentials, Authorization string
		Env                                                       map[string]string
	}
	if err := json.Unmarshal(content, &rows); err != nil || len(rows) < 20 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			var got []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.Header.Get("Authorization"))
				_, _ = w.Write([]byte(`{"registered_model": {"name": "m", "creation_timestamp": 1}}`))
			}))
			defer server.Close()
			home := t.TempDir()
			if row.Credentials != "" {
				if err := os.Mkdir(filepath.Join(home, ".mlflow"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(home, ".mlflow", "credentials"), []byte(row.Credentials), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			address, variable := server.URL, "MLFLOW_TRACKING_URI"
			if row.Address != "" {
				address = row.Address
			}
			if row.Variable != "" {
				variable = row.Variable
			}
			env := map[string]string{variable: strings.Replace(address, "://", "://"+row.User, 1), "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
			for name, value := range row.Env {
				env[name] = strings.Replace(value, "PROXY", server.URL, 1)
			}
			file := func() (connect.CredentialsFile, error) { return connect.ReadCredentialsFile(home) }
			settings, err := connect.Settings{}.WithEnvironment(func(name string) string { return env[name] }, file)
			if err != nil {
				t.Fatal(err)
			}
			client, err := connect.Open(settings, "test")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Model(t.Context(), "m"); err != nil || len(got) != 1 || got[0] != row.Authorization {
				t.Errorf("sent %q, want %q; %v", got, row.Authorization, err)
			}
		})
	}
}

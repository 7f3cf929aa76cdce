package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// The address is known only after another resource is applied: the plan goes through, and apply does the work.
func TestAccProvider_unknownAtPlan(t *testing.T) {
	w := newWorkspace(t)
	w.Write("main.tf", fmt.Sprintf(acctest.Requirements+`resource "terraform_data" "server" {
  input = %q
}
provider "mlregistry" {
  tracking_uri = terraform_data.server.output
%s}
`, w.URI, w.access())+strings.ReplaceAll(declaredModel+version("v1", source(1), stage("Production"))+pointAt("mlregistry_model_version.v1.version"), "MODEL", w.model))
	w.MustApply()
	w.wantProduction("1")
	w.emptyPlan()
	later := w.Plan("-replace=terraform_data.server") // Unknown again, with objects that have to be read.
	if later.ExitCode != 1 {
		t.Fatalf("exit code %d:\n%s", later.ExitCode, later.Output)
	}
	wantText(t, later.Output, "The provider block uses a value that is known only after another resource is applied")
}

// What the provider block says reaches the server with every request, and is shown nowhere.
func TestAccProvider_requestHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		settings string
		want     map[string]string
	}{
		"token": {"  token = \"secret-token\"\n  workspace = \"team-a\"\n  headers = { \"X-Proxy-Key\" = \"secret-key\" }",
			map[string]string{"Authorization": "Bearer secret-token", "X-Mlflow-Workspace": "team-a", "X-Proxy-Key": "secret-key"}},
		"passwordWins": {"  token = \"secret-token\"\n  username = \"ann\"\n  password = \"secret-word\"",
			map[string]string{"Authorization": "Basic YW5uOnNlY3JldC13b3Jk"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			proxy := acctest.NewProxy(t, w.HTTP)
			w.URI, w.settings, w.otherAccess = proxy.URL, test.settings, true
			w.Setenv("TF_LOG", "TRACE")
			w.pipeline(1)
			// The server knows neither this user nor this workspace: the proxy notes the headers, and only it.
			proxy.Fault(acctest.Calls("server-info"), hasWorkspaces(), -1)
			proxy.Fault(func(acctest.Request) bool { return true }, w.AsUser, -1)
			w.config(takeOver("Staging"), "")
			w.Write("main.tf", strings.ReplaceAll(readFile(t, w.Dir, "main.tf"), "version = 2", "version = 1"))
			applied := w.MustApply()
			requests := proxy.Requests()
			if len(requests) < 3 {
				t.Fatalf("%d requests", len(requests))
			}
			for _, request := range requests {
				for header, want := range test.want {
					if got := request.Header.Get(header); got != want {
						t.Errorf("%s %s has %s %q, want %q", request.Method, request.Path, header, got, want)
					}
				}
				if agent := request.Header.Get("User-Agent"); agent != "terraform-provider-mlregistry/dev" { // What a build without a release's number says.
					t.Errorf("User-Agent %q", agent)
				}
			}
			// The configuration file is the user's; state, messages and the log are ours. Terraform itself logs no provider block.
			state := readFile(t, w.Dir, "terraform.tfstate")
			for _, secret := range []string{"secret-token", "secret-key", "secret-word", "YW5uOnNlY3JldC13b3Jk"} {
				if strings.Contains(applied.Output, secret) || strings.Contains(state, secret) {
					t.Errorf("%q is in the output or the state", secret)
				}
			}
		})
	}
}

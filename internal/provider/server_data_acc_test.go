package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

func TestAccServerData(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.Webhooks)
	s := newScenario(t)
	s.run(step(s.hcl(data(serverData)),
		found(serverData, "version", knownvalue.StringRegexp(regexp.MustCompile(`^\d+\.\d+\.\d+`))),
		found(serverData, "stages", knownvalue.Bool(true)), found(serverData, "webhooks", knownvalue.Bool(s.Real() && s.Has(t, acctest.Webhooks))),
		found(serverData, "workspaces", knownvalue.Bool(s.Workspace != "")), found(serverData, "permissions", knownvalue.Bool(s.HasUsers())),
	))
}

// An older server: what it lacks is missing, not an error.
func TestAccServerData_old(t *testing.T) {
	s := newScenario(t)
	s.Workspace = "" // An old server has none, and the provider would say so.
	proxy := acctest.NewProxy(t, s.HTTP)
	s.URI = proxy.URL
	page := acctest.Status(404, map[string]string{"Content-Type": "text/html"}, "<!doctype html><title>404 Not Found</title>")
	for _, endpoint := range []string{"version", "server-info", "webhooks", "users/get", "transition-stage"} {
		proxy.Fault(acctest.Calls(endpoint), page, -1)
	}
	no := knownvalue.Bool(false)
	s.run(step(s.hcl(data(serverData)), found(serverData, "version", null), found(serverData, "stages", no),
		found(serverData, "webhooks", no), found(serverData, "workspaces", no), found(serverData, "permissions", no)))
}

// What is no registry at all is an error.
func TestAccServerData_noRegistry(t *testing.T) {
	w := newWorkspace(t)
	w.scenario.Workspace = ""
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	page := acctest.Status(404, map[string]string{"Content-Type": "text/html"}, "<!doctype html><title>404 Not Found</title>")
	proxy.Fault(func(acctest.Request) bool { return true }, page, -1)
	w.config(data(serverData))
	w.wantPlanError(serverData, "Check tracking_uri")
}

// A data source is read in the plan. Where the provider block is known only after apply, every one says so.
func TestAccData_unknownProvider(t *testing.T) {
	for dataSource, line := range map[string]string{
		modelData: `name = "MODEL"`, modelsData: "", versionData: "model_name = \"MODEL\"\n  version = 1", versionsData: `model_name = "MODEL"`, serverData: "",
	} {
		t.Run(dataSource, func(t *testing.T) {
			w := newWorkspace(t)
			w.Write("main.tf", acctest.Requirements+`resource "terraform_data" "server" {
  input = "`+w.URI+`"
}
provider "mlregistry" {
  tracking_uri = terraform_data.server.output
}
`+strings.ReplaceAll(data(dataSource, line), "MODEL", w.model))
			w.wantPlanError(dataSource, "Apply what that value comes from first (terraform apply -target=…), then this.")
		})
	}
}

package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// TestRequestsOfLoneLookUps holds that what needs no holders never scans a model.
func TestRequestsOfLoneLookUps(t *testing.T) {
	s := newSite(t)
	s.registry.CreateModel(t, s.model)
	for range 3 {
		s.registry.CreateVersion(t, s.model, "s3://models/bench")
	}
	for _, c := range []struct{ name, block, plan string }{
		{
			"an alias", `resource "mlregistry_model_alias" "one" {
  model_name = %q
  alias      = "champion"
  version    = 2
}`,
			"registered-models/get",
		},
		{
			"a version by number", `data "mlregistry_model_version" "one" {
  model_name = %q
  version    = 2
}`, "registered-models/get model-versions/get",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.Write("main.tf", fmt.Sprintf(acctest.Requirements+`provider "mlregistry" {
  tracking_uri = %q
}
`, s.proxy.URL)+fmt.Sprintf(c.block, s.model))
			s.proxy.Reset()
			s.MustApply()
			if got := strings.Join(s.calls(), " "); strings.Contains(got, "search") {
				t.Errorf("the first apply searches: %s", got)
			}
			s.proxy.Reset()
			s.Plan()
			if got := strings.Join(s.calls(), " "); got != c.plan {
				t.Errorf("a plan asks for: %s, want %s", got, c.plan)
			}
		})
	}
}

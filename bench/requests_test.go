package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// site is a registry behind a counting proxy, with a workspace of the real CLI.
type site struct {
	*acctest.Workspace
	registry *acctest.Registry
	proxy    *acctest.Proxy
	model    string
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	registry := acctest.NewRegistry(tb)
	return &site{
		Workspace: acctest.NewWorkspace(tb, ""), registry: registry,
		proxy: acctest.NewProxy(tb, registry.HTTP), model: registry.UniqueName(tb, "bench"),
	}
}

// adopt declares versions 1 to count of the model, the one that is live in Production and the others unmanaged.
func (s *site) adopt(count, live int) {
	var config strings.Builder
	fmt.Fprintf(&config, acctest.Requirements+`provider "mlregistry" {
  tracking_uri = %q
}
resource "mlregistry_model_version" "v" {
  for_each   = toset([for number in range(1, %d) : tostring(number)])
  model_name = %q
  version    = each.key
  stage      = each.key == "%d" ? "Production" : null
}
`, s.proxy.URL, count+1, s.model, live)
	s.Write("main.tf", config.String())
}

// fill registers versions and takes them under management, the first one in Production.
func (s *site) fill(tb testing.TB, count int) {
	tb.Helper()
	s.registry.CreateModel(tb, s.model)
	for number := range count {
		s.registry.CreateVersion(tb, s.model, fmt.Sprintf("s3://models/bench/%d", number+1))
	}
	s.adopt(count, 1)
	s.MustApply()
	s.proxy.Reset()
}

// calls returns the endpoints that were called, in order.
func (s *site) calls() []string {
	var calls []string
	for _, request := range s.proxy.Requests() {
		calls = append(calls, request.Path[strings.Index(request.Path, "mlflow/")+len("mlflow/"):])
	}
	return calls
}

// TestRequestsOfAPlanAndAPromotion holds the counts that the documentation names.
func TestRequestsOfAPlanAndAPromotion(t *testing.T) {
	s := newSite(t)
	s.fill(t, 10)
	if plan := s.Plan(); plan.ExitCode != 0 {
		t.Fatalf("the plan is not empty:\n%s", plan.Output)
	}
	if got := strings.Join(s.calls(), " "); got != "model-versions/search" {
		t.Errorf("a plan of 10 versions of one model asks for: %s", got)
	}
	s.adopt(10, 2)
	plan := s.Plan()
	s.proxy.Reset()
	s.MustApply(plan.PlanFile)
	if got := strings.Join(s.calls(), " "); got != "model-versions/search model-versions/transition-stage model-versions/search" {
		t.Errorf("the promotion of an existing version asks for: %s", got)
	}
	if got := s.registry.Holders(t, s.model, "Production"); len(got) != 1 || got[0] != "2" {
		t.Errorf("Production is held by %v", got)
	}
}

// BenchmarkPlan plans versions of one model with nothing changed.
func BenchmarkPlan(b *testing.B) {
	for _, count := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("versions=%d", count), func(b *testing.B) {
			s := newSite(b)
			s.fill(b, count)
			for b.Loop() {
				s.Plan()
			}
			b.ReportMetric(float64(len(s.calls()))/float64(b.N), "requests/op")
		})
	}
}

// BenchmarkPromotion applies saved plans that give Production to another version of ten.
func BenchmarkPromotion(b *testing.B) {
	s := newSite(b)
	s.fill(b, 10)
	requests := 0
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		s.adopt(10, 2+round%9)
		plan := s.Plan()
		s.proxy.Reset()
		b.StartTimer()
		s.MustApply(plan.PlanFile)
		b.StopTimer()
		requests += len(s.calls())
		b.StartTimer()
	}
	b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
}

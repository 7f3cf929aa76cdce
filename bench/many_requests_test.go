package main_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// answerTime is what MLflow takes for a small request (measured: 55 to 65 ms), and listTime what it takes to list 1,000 models of ten
// versions (measured: 500 ms, 2 s on a busy machine). The embedded registry takes milliseconds, in which nobody else comes to ask.
const answerTime, listTime = 60 * time.Millisecond, time.Second

// manyModels registers models with a version in Production and an alias each, side by side.
func (s *site) manyModels(tb testing.TB, count int) {
	tb.Helper()
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for number := range numbers {
				name := fmt.Sprintf("%s-%03d", s.model, number)
				s.registry.CreateModel(tb, name)
				s.registry.CreateVersion(tb, name, "s3://models/bench")
				s.registry.Transition(tb, name, "1", "Production", false)
				s.registry.SetAlias(tb, name, "champion", "1")
			}
		})
	}
	for number := range count {
		numbers <- number
	}
	close(numbers)
	workers.Wait()
}

// declare writes a resource for each of the models, and a state that names them all.
func (s *site) declare(count int, kind, arguments string) {
	s.Write("main.tf", fmt.Sprintf(acctest.Requirements+`provider "mlregistry" {
  tracking_uri = %q
}
locals {
  models = { for number in range(%d) : number => format("%s-%%03d", number) }
}
import {
  for_each = local.models
  to       = %s.many[each.key]
  id       = "${each.value}%s"
}
resource %q "many" {
  for_each   = local.models
  model_name = each.value
  version    = 1
  %s
}
`, s.proxy.URL, count, s.model, kind, map[bool]string{true: "/Production", false: "/champion"}[kind == "mlregistry_model_stage"], kind, arguments))
}

// TestRequestsOverManyModels holds the counts that the documentation names for plans over many models.
func TestRequestsOverManyModels(t *testing.T) {
	s := newSite(t)
	s.manyModels(t, 500)
	for _, c := range []struct {
		name, kind, arguments string
		models, most          int
	}{
		{"aliases", "mlregistry_model_alias", `alias = "champion"`, 100, 12},
		{"pointers", "mlregistry_model_stage", `stage = "Production"`, 500, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.declare(c.models, c.kind, c.arguments)
			s.MustApply()
			s.proxy.Reset()
			s.proxy.OnRequest(func(request acctest.Request) {
				if strings.Contains(request.Query, "LIKE") {
					time.Sleep(listTime)
				}
				time.Sleep(answerTime)
			})
			if plan := s.Plan(); plan.ExitCode != 0 {
				t.Fatalf("the plan is not empty:\n%s", plan.Output)
			}
			if calls := s.calls(); len(calls) > c.most {
				t.Errorf("a plan of %d models makes %d requests, want at most %d: %s", c.models, len(calls), c.most, strings.Join(calls, " "))
			}
		})
	}
}

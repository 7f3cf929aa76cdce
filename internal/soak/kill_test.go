package soak_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// promotion is a change that the kill tests make with the real CLI: version 1 holds Production, and another takes over.
type promotion struct {
	name string
	// before is applied undisturbed, after is what is disturbed.
	before, after configuration
	// registers says that the change registers version 2; otherwise it is there.
	registers bool
}

var promotions = []promotion{
	{
		name: "registered straight into Production", registers: true,
		after: configuration{{typ: versionType, name: "new", attributes: map[string]any{
			"model_name": modelWord, "source": "s3://models/new", "stage": "Production", "tags": map[string]string{"from": "test"},
		}}},
	},
	{
		name: "promoted from Staging",
		before: configuration{{typ: versionType, name: "new", attributes: map[string]any{
			"model_name": modelWord, "version": "2", "stage": "Staging",
		}}},
		after: configuration{{typ: versionType, name: "new", attributes: map[string]any{
			"model_name": modelWord, "version": "2", "stage": "Production",
		}}},
	},
}

// site is a registry with a proxy before it and a workspace that uses it.
type site struct {
	*acctest.Registry
	*acctest.Workspace
	t        *testing.T
	proxy    *acctest.Proxy
	model    string
	handover handover.Way

	mu      sync.Mutex
	crowded []string
}

// cliSlots bounds how many CLIs run at a time: each is two processes, and this package runs many tests side by side.
var cliSlots = make(chan struct{}, 3)

func newSite(t *testing.T, change promotion, way handover.Way) *site {
	t.Helper()
	cliSlots <- struct{}{}
	t.Cleanup(func() { <-cliSlots })
	s := &site{Registry: acctest.NewRegistry(t), Workspace: acctest.NewWorkspace(t, ""), t: t, handover: way}
	s.proxy = acctest.NewProxy(t, s.HTTP)
	s.model = s.UniqueName(t, "fraud")
	s.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/1")
	s.Transition(t, s.model, "1", "Production", false)
	if !change.registers {
		s.CreateVersion(t, s.model, "s3://models/2")
	}
	if change.before != nil {
		s.want(change.before)
		s.MustApply()
	}
	s.want(change.after)
	return s
}

// want writes the configuration.
func (s *site) want(wanted configuration) {
	named := (&run{model: s.model}).named(wanted)
	s.Write("main.tf", fmt.Sprintf(acctest.Requirements+`provider "mlregistry" {
  tracking_uri = %q
  handover     = %q
}
`, s.proxy.URL, s.handover)+named.hcl())
}

// production returns who holds Production.
func (s *site) production() []string { return s.Holders(s.t, s.model, "Production") }

// watch notes every moment at which two versions hold Production.
func (s *site) watch() {
	s.proxy.OnRequest(func(request acctest.Request) {
		if holders := s.production(); len(holders) > 1 {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.crowded = append(s.crowded, fmt.Sprintf("%v before %s", holders, requestName(request)))
		}
	})
}

// boundary is a place in an apply: before one of its requests, or after the registry has done it. The first is 1.
type boundary struct {
	request int
	after   bool
}

// killAt applies, and kills the CLI and the provider at a boundary, planned being how many requests the plan makes.
func (s *site) killAt(planned int, at boundary) {
	s.t.Helper()
	s.proxy.Reset()
	s.watch()
	started := make(chan *acctest.Process, 1)
	kill := func() {
		process := <-started
		process.KillAll()
		started <- process
	}
	kind := acctest.DropBefore
	if at.after {
		kind = acctest.DropAfter
	}
	number := 0
	s.proxy.Fault(func(acctest.Request) bool { number++; return number == planned+at.request }, finally(kind, kill), 1)
	process := s.Start("apply", "-no-color", "-input=false", "-auto-approve")
	started <- process
	if killed := process.Wait(); killed.ExitCode != -1 {
		s.t.Fatalf("the apply was not killed, but exited with %d:\n%s", killed.ExitCode, killed.Output)
	}
}

// measure makes the change undisturbed, and returns how many requests the plan makes and which the apply makes.
func measure(t *testing.T, change promotion, way handover.Way) (planned int, requests []string) {
	t.Helper()
	t.Run("undisturbed", func(t *testing.T) {
		s := newSite(t, change, way)
		s.proxy.Reset()
		made := s.Plan()
		planned = len(s.proxy.Requests())
		s.MustApply(made.PlanFile)
		for _, request := range s.proxy.Requests()[planned:] {
			requests = append(requests, requestName(request))
		}
	})
	return planned, requests
}

// TestKilledAtEveryRequest kills an apply with SIGKILL before and after each of its requests, and then applies again.
func TestKilledAtEveryRequest(t *testing.T) {
	for _, change := range promotions {
		for _, way := range handover.Ways() {
			t.Run(change.name+"/"+string(way), func(t *testing.T) {
				planned, requests := measure(t, change, way)
				for index, name := range requests {
					for _, at := range []boundary{{index + 1, false}, {index + 1, true}} {
						moment := map[bool]string{false: "before", true: "after"}[at.after]
						t.Run(fmt.Sprintf("%s %d %s", moment, at.request, name), func(t *testing.T) {
							t.Parallel()
							s := newSite(t, change, way)
							s.killAt(planned, at)
							s.checkRecovery(true)
						})
					}
				}
			})
		}
	}
}

// checkRecovery checks what a disturbed apply left, applies again, and checks that everything is as it is wanted.
func (s *site) checkRecovery(killed bool) {
	s.t.Helper()
	held := len(s.production())
	if held > 1 || held == 0 && (!killed || s.handover != handover.Sequential) {
		s.t.Errorf("at rest after the disturbed apply Production is held by %v", s.production())
	}
	versions := len(s.Versions(s.t, s.model))
	s.proxy.Reset()
	s.proxy.Ahead(time.Minute) // The lease of the disturbed apply has run out by then.
	s.watch()
	again := s.Apply()
	if again.ExitCode != 0 {
		s.t.Fatalf("the second apply failed:\n%s", again.Output)
	}
	if plan := s.Plan(); plan.ExitCode != 0 {
		s.t.Errorf("the plan after it is not empty:\n%s", plan.Output)
	}
	const want = "2"
	if killed {
		if got := s.production(); !slices.Equal(got, []string{want}) {
			s.t.Errorf("Production is held by %v, want %s (%d versions before the second apply)\n%s", got, want, versions, again.Output)
		}
		if got := s.Versions(s.t, s.model); got[len(got)-1] != want {
			s.t.Errorf("versions %v, want none after %s", got, want)
		}
	}
	if got := s.production(); len(got) != 1 {
		s.t.Errorf("Production is held by %v", got)
	}
	holder := s.production()[0]
	if tags := s.VersionTags(s.t, s.model, holder); tags[handover.UnfinishedTag] != "" {
		s.t.Errorf("version %s is still marked as unfinished", holder)
	}
	for _, number := range []string{"1", "2"} {
		if !s.VersionExists(s.t, s.model, number) {
			s.t.Errorf("version %s is gone", number)
		}
	}
	for _, moment := range s.crowded {
		s.t.Errorf("two versions held Production: %s", moment)
	}
}

package soak_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// soon is how long a CLI may take to end after an interrupt: the provider's own grace is 5 seconds.
const soon = 15 * time.Second

// TestInterrupted sends SIGINT while a request of an apply is held: before the registry has it, or when the registry has
// done it and only the answer is missing.
func TestInterrupted(t *testing.T) {
	const forever = 2 * time.Minute
	registered, promoted := promotions[0], promotions[1]
	for _, each := range []struct {
		name     string
		change   promotion
		way      handover.Way
		endpoint string
		kind     acctest.FaultKind
	}{
		{"creation not begun", registered, handover.Atomic, "model-versions/create", acctest.Delay(forever)},
		{"creation not answered", registered, handover.Atomic, "model-versions/create", acctest.DelayAfter(forever)},
		{"promotion of a new version not begun", registered, handover.Atomic, "model-versions/transition-stage", acctest.Delay(forever)},
		{"promotion of a new version not answered", registered, handover.Atomic, "model-versions/transition-stage", acctest.DelayAfter(forever)},
		{"promotion not begun", promoted, handover.Atomic, "model-versions/transition-stage", acctest.Delay(forever)},
		{"promotion not answered", promoted, handover.Atomic, "model-versions/transition-stage", acctest.DelayAfter(forever)},
		{"archiving not begun", promoted, handover.Sequential, "model-versions/transition-stage", acctest.Delay(forever)},
		{"archiving not answered", promoted, handover.Sequential, "model-versions/transition-stage", acctest.DelayAfter(forever)},
		{"end not begun", registered, handover.Atomic, "model-versions/delete-tag", acctest.Delay(forever)},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, each.change, each.way)
			s.proxy.Reset()
			s.watch()
			held := make(chan struct{}, 8)
			s.proxy.OnRequest(func(request acctest.Request) {
				if acctest.Calls(each.endpoint)(request) {
					held <- struct{}{}
				}
			})
			s.proxy.Fault(acctest.Calls(each.endpoint), each.kind, 1)
			process := s.Start("apply", "-no-color", "-input=false", "-auto-approve")
			<-held
			time.Sleep(100 * time.Millisecond) // Let what is answered late be done.
			interrupted := time.Now()
			process.Signal(os.Interrupt)
			result := process.Wait()
			if took := time.Since(interrupted); took > soon {
				t.Errorf("the apply ended %s after the interrupt:\n%s", took, result.Output)
			}
			if result.ExitCode == -1 {
				t.Errorf("the apply did not end by itself:\n%s", result.Output)
			}
			s.checkNoneUnknown()
			s.checkRecovery(false)
		})
	}
}

// checkNoneUnknown checks that every version which was not there before is in the state, or bears the lease by which the next apply
// finds it: a version that does not serve yet stays out of the state.
func (s *site) checkNoneUnknown() {
	s.t.Helper()
	known := []string{"1"}
	if values, ok := s.ShowJSON("")["values"].(map[string]any); ok {
		for _, each := range values["root_module"].(map[string]any)["resources"].([]any) {
			version, _ := each.(map[string]any)["values"].(map[string]any)["version"].(string)
			known = append(known, version)
		}
	}
	for _, number := range s.Versions(s.t, s.model) {
		if s.VersionSource(s.t, s.model, number) == "s3://models/new" && !slices.Contains(known, number) &&
			s.VersionTags(s.t, s.model, number)[handover.UnfinishedTag] == "" {
			s.t.Errorf("after a clean stop version %s is not in the state, and bears no lease", number)
		}
	}
}

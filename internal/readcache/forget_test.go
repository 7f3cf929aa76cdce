package readcache_test

import (
	"testing"
	"testing/synctest"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// What an earlier walk saw, first observations too, is read anew after Forget, and so is what was under way when it came.
func TestForgetBeginsAnotherWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &counter{stage: registry.StageStaging}
		cache := readcache.New(target)
		stageOf := func(read func() ([]registry.Version, error)) registry.Stage {
			versions, err := read()
			if err != nil {
				t.Fatal(err)
			}
			return versions[0].Stage
		}
		first := func() ([]registry.Version, error) { return cache.FirstVersions(t.Context(), "fraud") }
		now := func() ([]registry.Version, error) { return cache.Versions(t.Context(), "fraud") }
		if got := stageOf(first); got != registry.StageStaging {
			t.Fatalf("first observed in %s", got)
		}
		promotion := registry.Transition{Model: "fraud", Number: 1, Stage: registry.StageProduction}
		if _, err := cache.TransitionStage(t.Context(), promotion); err != nil {
			t.Fatal(err)
		}
		if got := stageOf(first); got != registry.StageStaging {
			t.Errorf("a write changed the first observation to %s", got)
		}
		cache.Forget()
		if _, seen := cache.Seen("fraud"); seen {
			t.Error("the first observation is not forgotten")
		}
		if got := stageOf(first); got != registry.StageProduction {
			t.Errorf("after Forget first observed in %s", got)
		}

		cache.Forget()
		target.mu.Lock()
		target.hold = make(chan struct{})
		held := target.hold
		target.mu.Unlock()
		ended := make(chan registry.Stage)
		go func() { ended <- stageOf(now) }()
		synctest.Wait()
		cache.Forget()
		target.mu.Lock()
		target.hold, target.stage = nil, registry.StageArchived
		target.mu.Unlock()
		if got := stageOf(now); got != registry.StageArchived {
			t.Errorf("a read that had begun before Forget was shared: %s", got)
		}
		close(held)
		<-ended
		if got := stageOf(first); got != registry.StageArchived {
			t.Errorf("a read that had begun before Forget became the first observation: %s", got)
		}
	})
}

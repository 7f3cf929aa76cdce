package readcache_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// counter is a registry that counts its searches and can hold one back. It is a mock because a test must stop a search
// at a certain moment.
type counter struct {
	registry.Registry

	mu       sync.Mutex
	searches int
	stage    registry.Stage
	fail     error
	hold     chan struct{}
}

func (c *counter) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	c.mu.Lock()
	c.searches++
	stage, fail, hold := c.stage, c.fail, c.hold
	c.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return []registry.Version{{Model: model, Number: 1, Stage: stage}}, cmp.Or(ctx.Err(), fail)
}

func (c *counter) TransitionStage(_ context.Context, t registry.Transition) (registry.Version, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stage = t.Stage
	return registry.Version{Model: t.Model, Number: t.Number, Stage: t.Stage}, nil
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.searches
}

func TestManyReadsOfOneModelCostOneSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &counter{stage: registry.StageStaging, hold: make(chan struct{})}
		cache := readcache.New(target)
		var readers sync.WaitGroup
		for range 50 {
			readers.Go(func() {
				if _, err := cache.Versions(t.Context(), "fraud"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait() // All of them wait for one search.
		close(target.hold)
		readers.Wait()
		if _, err := cache.Versions(t.Context(), "fraud"); err != nil || target.count() != 1 {
			t.Errorf("%d searches, %v", target.count(), err)
		}
		if _, err := cache.Versions(t.Context(), "churn"); err != nil || target.count() != 2 {
			t.Errorf("%d searches for two models, %v", target.count(), err)
		}
	})
}

func TestReadNeverReturnsWhatWasTrueBeforeTheLastOwnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &counter{stage: registry.StageStaging}
		cache := readcache.New(target)
		if got := stageOf(cache.Versions(t.Context(), "fraud")); got != "Staging" {
			t.Fatal(got)
		}
		target.mu.Lock()
		target.hold = make(chan struct{})
		hold := target.hold
		target.mu.Unlock()
		// A search that began before the write ends after it, with what was true before.
		slow := make(chan registry.Stage)
		go func() { slow <- stageOf(cache.Fresh().Versions(t.Context(), "fraud")) }()
		synctest.Wait()
		if _, err := cache.TransitionStage(t.Context(), registry.Transition{Model: "fraud", Number: 1, Stage: registry.StageProduction}); err != nil {
			t.Fatal(err)
		}
		target.mu.Lock()
		target.hold = nil
		target.mu.Unlock()
		if got := stageOf(cache.Versions(t.Context(), "fraud")); got != "Production" {
			t.Errorf("read after the write: %s", got)
		}
		close(hold)
		<-slow
		if got := stageOf(cache.Versions(t.Context(), "fraud")); got != "Production" {
			t.Errorf("read after the slow search ended: %s", got)
		}
	})
}

func stageOf(versions []registry.Version, err error) registry.Stage {
	if err != nil {
		return registry.Stage(fmt.Sprint("error: ", err))
	}
	return versions[0].Stage
}

func TestErrorsAreNeverCached(t *testing.T) {
	target := &counter{stage: registry.StageStaging, fail: errors.New("503")}
	cache := readcache.New(target)
	if _, err := cache.Versions(t.Context(), "fraud"); err == nil {
		t.Fatal("no error")
	}
	if _, err := cache.FirstVersions(t.Context(), "fraud"); err == nil {
		t.Fatal("no error from the first observation")
	}
	target.fail = nil
	if got := stageOf(cache.Versions(t.Context(), "fraud")); got != "Staging" {
		t.Errorf("after the error: %s", got)
	}
}

func TestOneCancellationNeverFailsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &counter{stage: registry.StageStaging, hold: make(chan struct{})}
		cache := readcache.New(target)
		first, cancel := context.WithCancel(t.Context())
		gaveUp, stayed := make(chan error), make(chan error)
		go func() { _, err := cache.Versions(first, "fraud"); gaveUp <- err }()
		synctest.Wait()
		go func() { _, err := cache.Versions(t.Context(), "fraud"); stayed <- err }()
		synctest.Wait()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled read got %v", err)
		}
		close(target.hold)
		if err := <-stayed; err != nil || target.count() != 1 {
			t.Errorf("the other read got %v after %d searches", err, target.count())
		}
	})
}

func TestFirstObservationIsMadeBeforeTheFirstWriteAndKept(t *testing.T) {
	target := &counter{stage: registry.StageStaging}
	cache := readcache.New(target)
	if _, err := cache.TransitionStage(t.Context(), registry.Transition{Model: "fraud", Number: 1, Stage: registry.StageProduction}); err != nil {
		t.Fatal(err)
	}
	if got := stageOf(cache.FirstVersions(t.Context(), "fraud")); got != "Staging" {
		t.Errorf("first observation: %s", got)
	}
	if got := stageOf(cache.Versions(t.Context(), "fraud")); got != "Production" {
		t.Errorf("present: %s", got)
	}
	if got := stageOf(cache.FirstVersions(t.Context(), "fraud")); got != "Staging" || target.count() != 2 {
		t.Errorf("first observation, again: %s after %d searches", got, target.count())
	}
}

func TestFreshAlwaysAsks(t *testing.T) {
	target := &counter{stage: registry.StageStaging}
	cache := readcache.New(target)
	for want := 1; want <= 3; want++ {
		if _, err := cache.Fresh().Versions(t.Context(), "fraud"); err != nil || target.count() != want {
			t.Errorf("%d searches, want %d, %v", target.count(), want, err)
		}
	}
	if _, err := cache.Versions(t.Context(), "fraud"); err != nil || target.count() != 3 {
		t.Errorf("what was read fresh is not shared: %d searches, %v", target.count(), err)
	}
}

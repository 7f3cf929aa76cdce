package readcache_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// newWalk is what a walk of Terraform asks for in the first seconds: some models one after the other, with what is read ahead of them,
// three at once, and ten at once. It returns the requests that this came to.
func newWalk(t *testing.T, cache *readcache.Cache, target *library, models []string) string {
	t.Helper()
	target.asked()
	readAll(t, cache, target, 1, models[490], models[540])
	for place := range 12 {
		readAll(t, cache, target, 1, models[500+2*place])
	}
	time.Sleep(10 * time.Second) // In the bubble's own time: the list of models comes beside.
	synctest.Wait()
	release := target.holdBack()
	for _, model := range models[700:704] {
		startReading(t, cache, target, 1, model)
	}
	release()
	synctest.Wait()
	release = target.holdBack()
	for _, model := range models[800:810] {
		startReading(t, cache, target, 1, model)
	}
	release()
	synctest.Wait()
	return target.asked()
}

// Whatever a walk has seen, the next one asks as if it were the first: nothing that the registry refused, that was slow, failed or was
// read ahead is remembered, and nothing that is still under way stands in its way or puts anything into it.
func TestAfterForgetTheCacheIsAsANewOne(t *testing.T) {
	for name, history := range map[string]func(t *testing.T, cache *readcache.Cache, target *library, models []string) (release func()){
		"nothing": nil,
		"what was read": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			readAll(t, cache, target, parallelism, models[:300]...)
			return nil
		},
		"models of the end of the alphabet": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			readAll(t, cache, target, 1, models[980:]...)
			synctest.Wait()
			return nil
		},
		"a refused search": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			target.refuse = registry.ErrInvalid
			readAll(t, cache, target, parallelism, models[:20]...)
			target.refuse = nil
			return nil
		},
		"searches that failed": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			target.refuse, target.takes = timeout, time.Second
			readAll(t, cache, target, parallelism, models[:20]...)
			target.refuse, target.takes = nil, 0
			return nil
		},
		"a server that was down": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			readAll(t, cache, target, 1, models[0])
			target.fail = registry.ErrUnavailable
			for _, model := range models[1:20] {
				go func() { _, _ = cache.Versions(t.Context(), model) }()
			}
			synctest.Wait()
			target.fail = nil
			return nil
		},
		"huge models": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			size := target.sizes[models[0]]
			target.sizes[models[0]] = 100_000
			readAll(t, cache, target, 1, models[0])
			target.sizes[models[0]] = size
			return nil
		},
		"a list that is under way": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			target.eachModel = 50 * time.Millisecond
			readAll(t, cache, target, 1, models[980:990]...)
			leaver(t, cache, models[990])()
			synctest.Wait()
			if asked := target.asked(); !strings.Contains(asked, "*") {
				t.Errorf("no list is under way: %s", asked)
			}
			target.eachModel = 0
			return nil
		},
		"searches that are under way, and a queue": func(t *testing.T, cache *readcache.Cache, target *library, models []string) func() {
			release := target.holdBack()
			for _, model := range models[:5] {
				startReading(t, cache, target, 1, model)
				time.Sleep(time.Second)
			}
			startReading(t, cache, target, 3, models[60:63]...)
			target.mu.Lock()
			target.hold = nil
			target.mu.Unlock()
			return release
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := newLibrary(numbered(1000, 100))
				models := slices.Sorted(maps.Keys(target.sizes))
				want := newWalk(t, readcache.New(target), target, models)
				cache := readcache.New(target)
				release := func() {}
				if history != nil {
					if last := history(t, cache, target, models); last != nil {
						release = last
					}
				}
				cache.Forget()
				if got := newWalk(t, cache, target, models); got != want {
					t.Errorf("the walk after it asked for\n%s\nwant\n%s", got, want)
				}
				release()
				synctest.Wait()
			})
		})
	}
}

// What an earlier walk still reads comes to those who wait for it, and to nobody else: neither a search, nor what it reads
// ahead, nor the list of models is kept.
func TestNothingOfAnEarlierWalkComesIntoTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, models := warmed(t, target)
		target.eachModel = 10 * time.Millisecond
		release := target.holdBack()
		got := make(chan registry.Stage, 2)
		for _, model := range models[20:22] {
			go func() { got <- stageOf(cache.Versions(t.Context(), model)) }()
			synctest.Wait()
		}
		for _, model := range models[50:70] {
			go func() { _, _ = cache.Model(t.Context(), model) }()
		}
		synctest.Wait()
		cache.Forget()
		target.mu.Lock()
		target.stage = registry.StageArchived
		target.mu.Unlock()
		release()
		time.Sleep(time.Minute) // In the bubble's own time: all that was under way has come.
		synctest.Wait()
		for range 2 {
			if stage := <-got; stage != registry.StageStaging {
				t.Errorf("who asked before Forget got %s", stage)
			}
		}
		target.asked()
		for _, model := range models[20:26] {
			if _, seen := cache.Seen(model); seen {
				t.Errorf("%s counts as seen", model)
			}
			if stage := stageOf(cache.FirstVersions(t.Context(), model)); stage != registry.StageArchived {
				t.Errorf("first observed in %s", stage)
			}
		}
		if _, err := cache.Model(t.Context(), models[55]); err != nil {
			t.Error(err)
		}
		if asked := strings.Split(target.asked(), "; "); len(asked) != 7 {
			t.Errorf("asked for %v", asked)
		}
	})
}

// The list of models is nothing that anybody waits for: it ends with its walk, and takes a minute at most.
func TestTheListOfModelsEnds(t *testing.T) {
	for _, forget := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(numbered(100, 10))
			cache, models := readcache.New(target), slices.Sorted(maps.Keys(target.sizes))
			readAll(t, cache, target, 1, models[:10]...)
			release := target.holdBack()
			startReading(t, cache, target, 1, models[10])
			if target.asked(); forget {
				cache.Forget()
			} else {
				time.Sleep(time.Minute)
			}
			synctest.Wait()
			if stops := target.stops(); stops != "models model-00*" {
				t.Errorf("given up: %q", stops)
			}
			release()
			synctest.Wait()
		})
	}
}

// Terraform may read for a plan, and with it forget what was read, while versions are first looked at.
func TestFirstVersionsBesideForgetAreNotEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &counter{stage: registry.StageStaging, hold: make(chan struct{})}
		cache := readcache.New(target)
		first := make(chan registry.Stage)
		go func() { first <- stageOf(cache.FirstVersions(t.Context(), "fraud")) }()
		synctest.Wait()
		cache.Forget()
		target.mu.Lock()
		held := target.hold
		target.hold, target.stage = nil, registry.StageProduction
		target.mu.Unlock()
		close(held)
		if stage := <-first; stage != registry.StageProduction {
			t.Errorf("first observed: %s", stage)
		}
		if versions, seen := cache.Seen("fraud"); !seen || stageOf(versions, nil) != registry.StageProduction {
			t.Errorf("the new walk has seen %v", versions)
		}
	})
}

// A write that is under way when another walk begins is followed by a new read in that walk.
func TestAWriteBesideForgetIsFollowedByANewRead(t *testing.T) {
	target := &writable{}
	cache := readcache.New(target)
	read := func() string {
		_, _ = cache.Model(t.Context(), "m")
		_, _ = cache.Versions(t.Context(), "m")
		asked := strings.Join(target.asked, "; ")
		target.asked = nil
		return asked
	}
	target.write = func() error {
		cache.Forget()
		read()
		return nil
	}
	if err := cache.DeleteModel(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != "get m; versions m" {
		t.Errorf("after the write, asked for %q", got)
	}
}

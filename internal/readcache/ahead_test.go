package readcache_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// parallelism is how many instances Terraform reads at a time.
const parallelism = 10

// shuffled returns models in the random order in which Terraform asks for them.
func shuffled(models []string) []string {
	models = slices.Clone(models)
	rand.Shuffle(len(models), func(a, b int) { models[a], models[b] = models[b], models[a] })
	return models
}

// TestFiveHundredModelsCostAtMostTwelveRequests goes through what was measured on MLflow 3.17 with PostgreSQL: 50 ms a request,
// half a millisecond for each model of a list and a tenth for each version, all of it longer where the machine is busy, and
// Terraform's own 7 seconds for 500 pointers, which ten at a time are 150 ms each.
func TestFiveHundredModelsCostAtMostTwelveRequests(t *testing.T) {
	for _, busy := range []int{1, 2, 4} {
		times := func(span time.Duration) time.Duration { return time.Duration(busy) * span }
		for _, work := range []time.Duration{0, 15 * time.Millisecond, 150 * time.Millisecond} {
			t.Run(fmt.Sprintf("busy=%d,terraform=%s", busy, work), func(t *testing.T) {
				for range 20 {
					synctest.Test(t, func(t *testing.T) {
						target := newLibrary(numbered(1000, 10))
						target.takes, target.eachModel, target.eachVersion = times(50*time.Millisecond), times(500*time.Microsecond), times(100*time.Microsecond)
						target.work = times(work)
						readAll(t, readcache.New(target), target, parallelism, shuffled(slices.Sorted(maps.Keys(target.sizes))[:500])...)
						synctest.Wait()
						if asked := strings.Split(target.asked(), "; "); len(asked) > 12 {
							t.Errorf("%d requests:\n%s", len(asked), strings.Join(asked, "\n"))
						}
					})
				}
			})
		}
	}
}

func TestReadingAheadIsBoundedByWhatWasAskedFor(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			sizes := numbered(1000, 10)
			for number := range 60 {
				sizes[fmt.Sprintf("model-%04d-ours", number*16)] = 10
			}
			sizes["model-0000-huge"], sizes["model-0160-huge"] = 100_000, 100_000
			target := newLibrary(sizes)
			target.takes = 80 * time.Millisecond
			ours := slices.DeleteFunc(slices.Collect(maps.Keys(sizes)), func(name string) bool { return !strings.HasSuffix(name, "-ours") })
			readAll(t, readcache.New(target), target, parallelism, shuffled(ours)...)
			synctest.Wait()
			requests := len(strings.Split(target.asked(), "; "))
			asked := 350*requests + 10*len(ours)
			if ahead := target.read - 10*len(ours); ahead > 2*asked {
				t.Errorf("%d versions were read ahead, and what was asked for cost as much as %d", ahead, asked)
			}
		})
	}
}

func TestAFewModelsAreReadWithoutReadingAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(1000, 10))
		models := slices.Sorted(maps.Keys(target.sizes))[:10]
		readAll(t, readcache.New(target), target, parallelism, models...)
		synctest.Wait()
		if target.read != 100 || strings.Contains(target.asked(), "*") {
			t.Errorf("%d versions were read for 10 models of 10", target.read)
		}
	})
}

// warmed returns a cache in which the next read of a model reads others ahead, and the models in order, with more of ten
// versions each.
func warmed(t *testing.T, target *library, more ...string) (*readcache.Cache, []string) {
	t.Helper()
	for _, model := range more {
		target.sizes[model] = 10
	}
	cache := readcache.New(target)
	models := slices.Sorted(maps.Keys(target.sizes))
	target.takes, target.eachModel = time.Millisecond, time.Millisecond
	readAll(t, cache, target, 17, models[:17]...) // In two or three searches, before the list is there.
	time.Sleep(time.Second)                       // In the bubble's own time: the list of models comes beside.
	synctest.Wait()
	target.takes = 0
	target.asked()
	return cache, models
}

// ahead returns a cache that has read a model ahead, and that model.
func ahead(t *testing.T, target *library) (*readcache.Cache, string) {
	t.Helper()
	cache, models := warmed(t, target)
	readAll(t, cache, target, 1, models[20])
	synctest.Wait()
	if asked := target.asked(); !strings.Contains(asked, models[25]) {
		t.Fatalf("%s was not read ahead: %s", models[25], asked)
	}
	return cache, models[25]
}

func TestWhatWasReadAheadCostsNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, model := ahead(t, target)
		if _, seen := cache.Seen(model); seen {
			t.Error("what nobody asked for counts as seen")
		}
		if got := stageOf(cache.FirstVersions(t.Context(), model)); got != "Staging" || target.asked() != "" {
			t.Errorf("got %s", got)
		}
		if _, seen := cache.Seen(model); !seen {
			t.Error("what was asked for does not count as seen")
		}
	})
}

func TestNamesThatAListCannotHoldAreNotReadAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, models := warmed(t, target, "model-0020 it's") // The neighbour of what is asked for next.
		readAll(t, cache, target, 1, models[20])
		synctest.Wait()
		if asked := target.asked(); !strings.Contains(asked, models[22]) || strings.Contains(asked, "it's") {
			t.Errorf("asked for: %s", asked)
		}
	})
}

func TestWhatWasReadAheadIsNotReadAfterAnOwnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, model := ahead(t, target)
		if _, err := cache.TransitionStage(t.Context(), registry.Transition{Model: model, Number: 1, Stage: registry.StageProduction}); err != nil {
			t.Fatal(err)
		}
		if got := stageOf(cache.Versions(t.Context(), model)); got != "Production" {
			t.Errorf("read after the write: %s", got)
		}
		if got := stageOf(cache.FirstVersions(t.Context(), model)); got != "Staging" {
			t.Errorf("first observation: %s", got)
		}
	})
}

func TestAReadAheadThatAWritePassesIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, models := warmed(t, target)
		release := target.holdBack()
		go readAll(t, cache, target, 1, models[20]) // It reads others ahead, as they are now.
		synctest.Wait()
		if asked := target.asked(); !strings.Contains(asked, models[21]) {
			t.Fatalf("asked for: %s", asked)
		}
		written := make(chan error)
		go func() {
			_, err := cache.TransitionStage(t.Context(), registry.Transition{Model: models[21], Number: 1, Stage: registry.StageProduction})
			written <- err
		}()
		synctest.Wait()
		release()
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := stageOf(cache.Versions(t.Context(), models[21])); got != "Production" {
			t.Errorf("read after the write: %s", got)
		}
	})
}

func TestTheListOfModelsServesWhoAsksForModels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(1000, 10))
		cache := readcache.New(target)
		models := slices.Sorted(maps.Keys(target.sizes))
		for place := range 20 {
			if _, err := cache.Model(t.Context(), models[50*place]); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		target.asked()
		for _, name := range models {
			if model, err := cache.Model(t.Context(), name); err != nil || model.Name != name || model.Aliases["champion"] != 1 {
				t.Fatalf("%v, %v", model, err)
			}
		}
		if got := target.asked(); got != "" {
			t.Errorf("asked for: %s", got)
		}
	})
}

func TestAHundredModelsWithAliasesCostAtMostTwelveRequests(t *testing.T) {
	for _, busy := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(numbered(1000, 10))
			target.takes, target.eachModel = time.Duration(busy)*50*time.Millisecond, time.Duration(busy)*500*time.Microsecond
			cache := readcache.New(target)
			queue := make(chan string)
			for range parallelism {
				go func() {
					for name := range queue {
						if model, err := cache.Model(t.Context(), name); err != nil || model.Name != name {
							t.Errorf("%s: %v, %v", name, model, err)
						}
					}
				}()
			}
			for _, name := range shuffled(slices.Sorted(maps.Keys(target.sizes))[:100]) {
				queue <- name
			}
			close(queue)
			time.Sleep(time.Hour) // In the bubble's own time.
			synctest.Wait()
			if asked := strings.Split(target.asked(), "; "); len(asked) > 12 {
				t.Errorf("%d requests:\n%s", len(asked), strings.Join(asked, "\n"))
			}
		})
	}
}

func TestWhoWaitsForTheListIsNotAnsweredWithWhatWasBeforeAnOwnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		target.eachModel = 10 * time.Millisecond
		cache, models := readcache.New(target), slices.Sorted(maps.Keys(target.sizes))
		for _, name := range models[:11] { // With the last one the list begins, and answers it.
			if _, err := cache.Model(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			if name == models[9] {
				go func() {
					time.Sleep(500 * time.Millisecond) // The list has been sent, and is on its way.
					if err := cache.SetAlias(t.Context(), models[50], "champion", 2); err != nil {
						t.Error(err)
					}
					if model, err := cache.Model(t.Context(), models[50]); err != nil || model.Aliases["champion"] != 2 {
						t.Errorf("after the write: %v, %v", model.Aliases, err)
					}
				}()
			}
		}
		synctest.Wait()
	})
}

func TestAListedModelIsNotReadAfterAnOwnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, models := warmed(t, target)
		if err := cache.SetAlias(t.Context(), models[50], "champion", 2); err != nil {
			t.Fatal(err)
		}
		for _, name := range models[50:52] {
			model, err := cache.Model(t.Context(), name)
			if want := target.model(name).Aliases["champion"]; err != nil || model.Aliases["champion"] != want {
				t.Errorf("the alias of %s is %v, want %s, %v", name, model.Aliases, want, err)
			}
		}
		if got := target.asked(); got != "get "+models[50] {
			t.Errorf("asked for: %s", got)
		}
	})
}

func TestManyReadersAndWritersAtOnce(t *testing.T) {
	target := newLibrary(numbered(60, 3))
	cache := readcache.New(target)
	var readers sync.WaitGroup
	readers.Go(func() { readAll(t, cache, target, parallelism, shuffled(slices.Collect(maps.Keys(target.sizes)))...) })
	defer readers.Wait()
	for round := range 200 {
		model := fmt.Sprintf("model-%04d", round%60)
		want := []registry.Stage{registry.StageProduction, registry.StageStaging}[round%2]
		if _, err := cache.TransitionStage(t.Context(), registry.Transition{Model: model, Number: 1, Stage: want}); err != nil {
			t.Fatal(err)
		}
		if got := stageOf(cache.Versions(t.Context(), model)); got != want {
			t.Fatalf("round %d: %s after the write of %s", round, got, want)
		}
	}
}

// readingAhead returns a cache that reads a model ahead, held back until release is called, and that model.
func readingAhead(t *testing.T, target *library) (cache *readcache.Cache, model string, release func()) {
	t.Helper()
	cache, models := warmed(t, target)
	release = target.holdBack()
	go readAll(t, cache, target, 1, models[20])
	synctest.Wait()
	if asked := target.asked(); !strings.Contains(asked, models[25]) {
		t.Fatalf("%s is not read ahead: %s", models[25], asked)
	}
	return cache, models[25], release
}

func TestWhatIsBeingReadAheadIsNotAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, model, release := readingAhead(t, target)
		go readAll(t, cache, target, 1, model)
		time.Sleep(time.Second) // Longer than anybody is patient with a search.
		if _, seen := cache.Seen(model); seen {
			t.Error("what has not come counts as seen")
		}
		release()
		synctest.Wait()
		if _, seen := cache.Seen(model); !seen || target.asked() != "" {
			t.Errorf("what was asked for is seen: %t", seen)
		}
	})
}

func TestWhatAReadAheadLeavesOutIsAskedForByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, model, release := readingAhead(t, target)
		target.hidden = model
		go readAll(t, cache, target, 1, model)
		synctest.Wait()
		release()
		synctest.Wait()
		if asked := target.asked(); asked != "versions "+model {
			t.Errorf("asked for: %s", asked)
		}
	})
}

func TestAnErrorOfAReadAheadIsToldToWhoWaitsAndNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(100, 10))
		cache, models := warmed(t, target)
		release := target.holdBack()
		failed := make(chan error, 2)
		for _, model := range models[20:22] { // The second one is read ahead with the first.
			go func() {
				_, err := cache.Versions(t.Context(), model)
				failed <- err
			}()
			synctest.Wait()
		}
		if asked := target.asked(); strings.Contains(asked, ";") {
			t.Fatalf("asked for: %s", asked)
		}
		target.fail = registry.ErrUnavailable
		release()
		for range 2 {
			if err := <-failed; !errors.Is(err, registry.ErrUnavailable) {
				t.Errorf("told: %v", err)
			}
		}
		target.fail = nil
		for _, model := range models[20:25] {
			if _, err := cache.Versions(t.Context(), model); err != nil {
				t.Errorf("%s: %v", model, err)
			}
		}
	})
}

func TestManySearchesWaitForTheListOfModelsForAWhile(t *testing.T) {
	for _, c := range []struct{ list, waits time.Duration }{{3 * time.Second, 3 * time.Second}, {time.Minute, 5 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(numbered(1000, 10))
			target.eachModel = c.list / 100 // It is of those whose names start with model-00.
			cache, models := readcache.New(target), slices.Sorted(maps.Keys(target.sizes))
			readAll(t, cache, target, 1, models[:10]...) // In ten searches.
			begun := time.Now()
			readAll(t, cache, target, 1, models[10]) // The list begins.
			if waited := time.Since(begun); waited > c.waits || waited < c.waits-time.Second {
				t.Errorf("a list of %s is waited for for %s, want %s", c.list, waited, c.waits)
			}
			time.Sleep(time.Hour) // Until the list has come.
			synctest.Wait()
		})
	}
}

package readcache_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// timeout is what a request comes to that the server did not answer in time.
var timeout = &registry.Error{Kind: registry.ErrUnavailable, Fault: registry.FaultTimeout, Message: "no whole answer within 5s"}

// A server that is too slow for a search over more than so many models answers them in smaller ones. That costs little more than
// to ask for each model by itself.
func TestASearchThatIsTooMuchForTheServerIsAskedForInSmallerOnes(t *testing.T) {
	for _, most := range []int{1, 3, 5} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(numbered(10, 1))
			target.takes, target.most, target.refuse = 50*time.Millisecond, most, timeout
			readAll(t, readcache.New(target), target, 10, slices.Sorted(maps.Keys(target.sizes))...)
			if asked := strings.Split(target.asked(), "; "); len(asked) > 10+6 {
				t.Errorf("%d requests for 10 models, %d to a search:\n%s", len(asked), most, strings.Join(asked, "\n"))
			}
		})
	}
}

// So it is with a server that fails every search, for as many models as there may be.
func TestAServerThatFailsEverySearchCostsARequestAModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(500, 1))
		target.takes, target.refuse = 50*time.Millisecond, timeout
		readAll(t, readcache.New(target), target, parallelism, slices.Sorted(maps.Keys(target.sizes))...)
		if asked := strings.Split(target.asked(), "; "); len(asked) > 500+10 {
			t.Errorf("%d requests for 500 models", len(asked))
		}
	})
}

// A search has a minute, with all that the client does to get it answered.
func TestASearchThatTakesTooLongIsAskedForInSmallerOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(10, 10))
		target.takes, target.eachVersion = 50*time.Millisecond, 2*time.Second // Nine models take three minutes, two 40 seconds.
		begun := time.Now()
		readAll(t, readcache.New(target), target, 10, slices.Sorted(maps.Keys(target.sizes))...)
		if took := time.Since(begun); took > 5*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// One model that the server cannot answer fails alone, wherever it stands among those that were asked for.
func TestAModelThatFailsDoesNotFailTheOthers(t *testing.T) {
	for place := range 10 {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(numbered(10, 1))
			target.takes, target.fail = 50*time.Millisecond, timeout
			models := slices.Sorted(maps.Keys(target.sizes))
			target.failing = models[place : place+1]
			cache := readcache.New(target)
			for _, model := range models {
				go func() {
					if _, err := cache.Versions(t.Context(), model); (err != nil) != (model == models[place]) {
						t.Errorf("%s, where %s fails: %v", model, models[place], err)
					}
				}()
			}
			synctest.Wait()
			time.Sleep(time.Minute) // In the bubble's own time.
			synctest.Wait()
		})
	}
}

// A server that goes down is asked what it was asked before failed searches were tried again, and a few requests more. When it is
// back, it is asked as if nothing had been.
func TestAServerThatIsDownIsNotAskedForEachModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(500, 1))
		target.takes = 5 * time.Millisecond
		cache, models := readcache.New(target), slices.Sorted(maps.Keys(target.sizes))
		readAll(t, cache, target, parallelism, models[:10]...)
		target.asked()
		target.fail = registry.ErrUnavailable
		var failed atomic.Int64
		queue := make(chan string)
		for range parallelism {
			go func() {
				for model := range queue {
					if _, err := cache.Versions(t.Context(), model); errors.Is(err, registry.ErrUnavailable) {
						failed.Add(1)
					}
				}
			}()
		}
		for _, model := range models[10:] {
			queue <- model
		}
		close(queue)
		time.Sleep(10 * time.Second) // In the bubble's own time.
		synctest.Wait()
		// Ten ask at a time: one model goes by itself, and the other nine into a search. Besides there are the list, and two models
		// by themselves after the first search that failed.
		asked := strings.Split(target.asked(), "; ")
		if failed.Load() != 490 || len(asked) > 2*490/parallelism+5 {
			t.Errorf("%d of 490 failed, in %d requests", failed.Load(), len(asked))
		}
		target.fail = nil
		time.Sleep(time.Minute)
		readAll(t, cache, target, parallelism, models[10:20]...)
	})
}

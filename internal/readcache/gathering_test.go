package readcache_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestModelsAskedForTogetherGoIntoOneSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3, "d": 1})
		cache := readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		startReading(t, cache, target, 3, "d", "b", "c")
		release()
		synctest.Wait()
		if got := target.asked(); got != "versions a; search b,c,d" {
			t.Errorf("asked for: %s", got)
		}
		readAll(t, cache, target, 4, "a", "b", "c", "d")
		if got := target.asked(); got != "" {
			t.Errorf("asked again for: %s", got)
		}
	})
}

func TestABatchIsSealedBeforeItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 1, "c": 1, "d": 1})
		cache := readcache.New(target)
		readAll(t, cache, target, 1, "d")
		target.asked()
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		startReading(t, cache, target, 1, "b")
		if got := target.asked(); got != "versions a" {
			t.Fatalf("asked for: %s", got)
		}
		release()
		release = target.holdBack()
		synctest.Wait()
		go readAll(t, cache, target, 1, "c") // The search for b runs: this is not in it.
		synctest.Wait()
		if got := target.asked(); got != "versions b" {
			t.Fatalf("asked for: %s", got)
		}
		release()
		synctest.Wait()
		if got := target.asked(); got != "versions c" {
			t.Errorf("asked for: %s", got)
		}
	})
}

func TestARefusedSearchFallsBackAndIsFoundOutOnce(t *testing.T) {
	for _, refusal := range []error{registry.ErrInvalid, registry.ErrNotMLflow, registry.ErrInternal, registry.ErrPermissionDenied, registry.ErrNotFound} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3, "d": 1, "e": 1, "f": 1})
			target.refuse = fmt.Errorf("name IN: %w", refusal)
			cache := readcache.New(target)
			for _, step := range []struct {
				models []string
				want   string
			}{{[]string{"a", "b", "c"}, "search b,c; versions a; versions b; versions c"}, {[]string{"d", "e", "f"}, "versions d; versions e; versions f"}} {
				release := target.holdBack()
				startReading(t, cache, target, 1, step.models[0])
				startReading(t, cache, target, 2, step.models[1:]...)
				release()
				synctest.Wait()
				asked := strings.Split(target.asked(), "; ")
				slices.Sort(asked)
				if got := strings.Join(asked, "; "); got != step.want {
					t.Errorf("%v: asked for %s, want %s", refusal, got, step.want)
				}
			}
		})
	}
}

// What would meet every request is told at once: nobody can be reached, the credentials are refused, the server asks to slow down.
func TestAnErrorOfASearchIsToldToItsCallersAndNotKept(t *testing.T) {
	tooMany := &registry.Error{Kind: registry.ErrUnavailable, Fault: registry.FaultTooMany}
	for _, refusal := range []error{registry.ErrUnreachable, registry.ErrUnauthenticated, tooMany} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3})
			cache := readcache.New(target)
			release := target.holdBack()
			startReading(t, cache, target, 1, "a")
			failures := make(chan error, 2)
			for _, model := range []string{"b", "c"} {
				go func() { _, err := cache.Versions(t.Context(), model); failures <- err }()
			}
			synctest.Wait()
			target.mu.Lock()
			target.refuse = refusal
			target.mu.Unlock()
			release()
			for range 2 {
				if err := <-failures; !errors.Is(err, refusal) {
					t.Errorf("got %v", err)
				}
			}
			synctest.Wait()
			if got := target.asked(); got != "versions a; search b,c" {
				t.Errorf("asked for: %s", got)
			}
			target.refuse = nil
			readAll(t, cache, target, 1, "b", "c")
		})
	}
}

func TestWhatASearchLeavesOutIsAskedForByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3})
		target.hidden = "c"
		cache := readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		startReading(t, cache, target, 2, "b", "c")
		release()
		synctest.Wait()
		if got := target.asked(); got != "versions a; search b,c; versions c" {
			t.Errorf("asked for: %s", got)
		}
		if versions, err := cache.Versions(t.Context(), "c"); err != nil || len(versions) != 3 {
			t.Errorf("versions of c: %v, %v", versions, err)
		}
	})
}

func TestALoneLookUpCostsOneSmallRequest(t *testing.T) {
	target := newLibrary(map[string]int{"huge": 10_000})
	cache := readcache.New(target)
	if model, err := cache.Model(t.Context(), "huge"); err != nil || model.Aliases["champion"] != 1 {
		t.Errorf("%v, %v", model, err)
	}
	if _, err := cache.Version(t.Context(), "huge", 7); err != nil {
		t.Error(err)
	}
	if got := target.asked(); got != "get huge; get huge/7" {
		t.Errorf("asked for: %s", got)
	}
}

func TestModelsAreSearchedForWhereMoreThanOneIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3})
		cache := readcache.New(target)
		release := target.holdBack()
		go func() { _, _ = cache.Model(t.Context(), "a") }()
		synctest.Wait()
		for _, name := range []string{"b", "c", "gone"} {
			go func() {
				if _, err := cache.Model(t.Context(), name); errors.Is(err, registry.ErrNotFound) != (name == "gone") {
					t.Errorf("%s: %v", name, err)
				}
			}()
			synctest.Wait()
		}
		release()
		synctest.Wait()
		if got := target.asked(); got != "get a; models b,c,gone; get gone" {
			t.Errorf("asked for: %s", got)
		}
		if _, err := cache.ConfirmModel(t.Context(), "a"); err != nil || target.asked() != "" {
			t.Errorf("a was asked for by itself, and is asked for again")
		}
		if _, err := cache.ConfirmModel(t.Context(), "b"); err != nil || target.asked() != "get b" {
			t.Errorf("b was found by a search, and is not asked for by itself")
		}
	})
}

func TestNamesThatAListCannotHoldAreAskedForByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		odd := []string{"it's", `say "hi"`, `back\slash`, "tick`"}
		target := newLibrary(map[string]int{"a": 1, "b": 1, "c": 1, odd[0]: 1, odd[1]: 1, odd[2]: 1, odd[3]: 1})
		cache := readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		startReading(t, cache, target, 6, append(odd, "b", "c")...)
		release()
		synctest.Wait()
		asked := target.asked()
		if !strings.Contains(asked, "search b,c") || strings.Count(asked, "search") != 1 || strings.Count(asked, "versions") != 5 {
			t.Errorf("asked for: %s", asked)
		}
	})
}

func TestOneCancellationNeverFailsAnotherInASearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3})
		cache := readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error)
		go func() { _, err := cache.Versions(ctx, "b"); gaveUp <- err }()
		synctest.Wait()
		startReading(t, cache, target, 2, "b", "c")
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("the cancelled read got %v", err)
		}
		release()
		synctest.Wait()
		if got := target.asked(); got != "versions a; search b,c" {
			t.Errorf("asked for: %s", got)
		}
	})
}

func TestASlowSearchHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 2, "c": 3})
		cache := readcache.New(target)
		readAll(t, cache, target, 1, "a")
		target.asked()
		cache = readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		startReading(t, cache, target, 1, "b")
		if got := target.asked(); got != "versions a" {
			t.Fatalf("asked for: %s", got)
		}
		time.Sleep(time.Second) // In the bubble's own time.
		synctest.Wait()
		if got := target.asked(); got != "versions b" {
			t.Errorf("while a is slow, asked for: %s", got)
		}
		release()
		synctest.Wait()
		readAll(t, cache, target, 1, "c")
		if got := target.asked(); got != "versions c" {
			t.Errorf("asked for: %s", got)
		}
	})
}

func TestHugeModelsAreReadSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 10_000, "b": 10_000, "c": 10_000})
		cache := readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		startReading(t, cache, target, 2, "b", "c")
		release()
		synctest.Wait()
		if asked := target.asked(); strings.Contains(asked, "search") {
			t.Errorf("asked for: %s", asked)
		}
	})
}

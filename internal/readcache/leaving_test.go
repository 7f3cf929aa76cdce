package readcache_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
)

// leaver reads the versions of a model until it is called, and reports its error if that is not the cancellation.
func leaver(t *testing.T, cache *readcache.Cache, model string) context.CancelFunc {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if _, err := cache.Versions(ctx, model); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", model, err)
		}
	}()
	synctest.Wait()
	return cancel
}

// stops reports which requests were given up on the way.
func (l *library) stops() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	given := strings.Join(l.givenUp, "; ")
	l.givenUp = nil
	return given
}

func TestASearchIsGivenUpOnceNobodyWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 1, "c": 1})
		cache := readcache.New(target)
		readAll(t, cache, target, 1, "a") // The size of models is known.
		cache.Forget()
		readAll(t, cache, target, 1, "a")
		release := target.holdBack()
		defer release()
		leaveX := leaver(t, cache, "x") // By itself.
		leaveB, leaveC := leaver(t, cache, "b"), leaver(t, cache, "c")
		time.Sleep(time.Second) // Longer than those who wait are patient with x.
		synctest.Wait()
		if got := target.asked(); got != "versions a; versions a; versions x; search b,c" {
			t.Fatalf("asked for: %s", got)
		}
		for _, step := range []struct {
			leave context.CancelFunc
			want  string
		}{{leaveB, ""}, {leaveC, "search b,c"}, {leaveX, "versions x"}} {
			step.leave()
			synctest.Wait()
			if got := target.stops(); got != step.want {
				t.Errorf("given up: %q, want %q", got, step.want)
			}
		}
	})
}

// What is read ahead keeps no search going, unless somebody has asked for it meanwhile.
func TestASearchGoesOnForWhomItReadsAhead(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(numbered(100, 10))
			cache, models := warmed(t, target)
			release := target.holdBack()
			leave := leaver(t, cache, models[20]) // It reads others ahead.
			if wanted {
				startReading(t, cache, target, 1, models[25])
			}
			leave()
			synctest.Wait()
			if stopped := target.stops() != ""; stopped == wanted {
				t.Errorf("given up: %t, though somebody waits: %t", stopped, wanted)
			}
			release()
			synctest.Wait()
			readAll(t, cache, target, 1, models[20], models[25])
		})
	}
}

func TestWhoHasLeftTheQueueIsNotAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 1, "c": 1})
		cache := readcache.New(target)
		release := target.holdBack()
		startReading(t, cache, target, 1, "a")
		leaver(t, cache, "b")()
		synctest.Wait()
		startReading(t, cache, target, 1, "c")
		release()
		synctest.Wait()
		if got := target.asked(); got != "versions a; versions c" {
			t.Errorf("asked for: %s", got)
		}
	})
}

// Whoever comes after everybody has left gets an answer of its own.
func TestWhoComesAfterTheLastHasLeftIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(map[string]int{"a": 1, "b": 1, "c": 1})
		cache := readcache.New(target)
		for _, read := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := cache.Versions(ctx, "a"); return err },
			func(ctx context.Context) error { _, err := cache.Fresh().Versions(ctx, "b"); return err },
			func(ctx context.Context) error { _, err := cache.ConfirmVersions(ctx, "c"); return err },
			func(ctx context.Context) error { _, err := cache.Model(ctx, "a"); return err },
			func(ctx context.Context) error { _, err := cache.ConfirmModel(ctx, "b"); return err },
		} {
			release := target.holdBack()
			ctx, cancel := context.WithCancel(t.Context())
			left := make(chan error)
			go func() { left <- read(ctx) }()
			synctest.Wait()
			cancel()
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Errorf("who left got %v", err)
			}
			answered := make(chan error, 1)
			go func() { answered <- read(t.Context()) }()
			synctest.Wait()
			release()
			if err := <-answered; err != nil {
				t.Errorf("who came later got %v", err)
			}
			if stops := target.stops(); !slices.Contains([]string{"versions a", "versions b", "versions c", "get a", "get b"}, stops) {
				t.Errorf("given up: %q", stops)
			}
		}
	})
}

// Those who wait for the end of a failed search may leave as well, and the search is not asked for again for them.
func TestNobodyIsAskedForWhoLeftAFailedSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newLibrary(numbered(6, 1))
		target.most, target.refuse = 1, timeout
		cache := readcache.New(target)
		readAll(t, cache, target, 1, "model-0000")
		release := target.holdBack()
		startReading(t, cache, target, 1, "model-0001")
		var leave []context.CancelFunc
		for _, model := range []string{"model-0002", "model-0003", "model-0004", "model-0005"} {
			leave = append(leave, leaver(t, cache, model))
		}
		for range 2 { // The search, and then two models by themselves.
			release()
			release = target.holdBack()
			synctest.Wait()
		}
		target.asked()
		leave[1]()
		synctest.Wait()
		if got := target.stops(); got != "" {
			t.Errorf("given up: %s", got)
		}
		for _, place := range []int{0, 2, 3} {
			leave[place]()
		}
		synctest.Wait()
		if got := strings.Split(target.stops(), "; "); len(got) != 2 {
			t.Errorf("given up: %v", got)
		}
		release()
		synctest.Wait()
		if got := target.asked(); got != "" {
			t.Errorf("asked for: %s", got)
		}
		readAll(t, cache, target, 4, "model-0002", "model-0003", "model-0004", "model-0005")
	})
}

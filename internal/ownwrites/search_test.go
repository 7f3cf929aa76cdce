package ownwrites_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/ownwrites"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// shelves returns a registry with models a, b, c and so on of two versions each, which others have made.
func shelves(t *testing.T, count int, lag time.Duration) (*ownwrites.Registry, *replica) {
	t.Helper()
	target := newReplica(0)
	for number := range count {
		name := string(rune('a' + number))
		_, err := target.CreateModel(t.Context(), registry.NewModel{Name: name})
		for range 2 {
			_, more := target.CreateVersion(t.Context(), registry.NewVersion{Model: name})
			err = errors.Join(err, more)
		}
		if err = errors.Join(err, target.SetAlias(t.Context(), name, "champion", 1)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Hour) // In the bubble's own time: the copy has it all.
	target.lag[""] = lag
	target.asked()
	return ownwrites.New(target), target
}

// models lists models with where their alias points, and versions lists versions with their tag.
func models(t *testing.T, r registry.Searcher, search registry.Search) string {
	t.Helper()
	var found []string
	for model, err := range r.SearchModels(t.Context(), search) {
		if err != nil {
			t.Error(err)
		}
		found = append(found, fmt.Sprintf("%s:%s", model.Name, model.Aliases["champion"]))
	}
	return strings.Join(found, " ")
}

func versions(t *testing.T, r registry.Searcher, search registry.Search) string {
	t.Helper()
	var found []string
	for version, err := range r.SearchVersions(t.Context(), search) {
		if err != nil {
			t.Error(err)
		}
		found = append(found, fmt.Sprintf("%s%s%s", version.Model, version.Number, version.Tags["k"]))
	}
	return strings.Join(found, " ")
}

// Lists show what this process has written, in the place where the registry lists it, what is new at the end; without a lag, no request
// more is needed for that.
func TestListsShowWhatThisProcessHasWritten(t *testing.T) {
	for _, lag := range []time.Duration{0, 700 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := shelves(t, 4, lag)
			ctx := t.Context()
			_, err := reg.Versions(ctx, "c") // Its owner has looked.
			_, more := reg.CreateModel(ctx, registry.NewModel{Name: "e"})
			_, yetMore := reg.CreateVersion(ctx, registry.NewVersion{Model: "d"})
			if err := errors.Join(err, more, yetMore, reg.SetAlias(ctx, "b", "champion", 2), reg.DeleteModel(ctx, "a"), reg.DeleteVersion(ctx, "b", 1),
				reg.SetVersionTag(ctx, "c", 2, "k", "!")); err != nil {
				t.Fatal(err)
			}
			target.asked()
			if got, want := models(t, reg, registry.Search{}), "b:2 c:1 d:1 e:0"; got != want {
				t.Errorf("lag %s: models are %s, want %s", lag, got, want)
			}
			want := "b2 c2! c1 d3 d2 d1"
			if lag > 0 {
				want = "b2 c2! c1 d2 d1 d3"
			}
			if got := versions(t, reg, registry.Search{}); got != "b2 c2! c1 d3 d2 d1" && got != want {
				t.Errorf("lag %s: versions are %s, want %s", lag, got, want)
			}
			if asked := target.asked(); lag == 0 && asked != "models ; search " {
				t.Errorf("asked for %s", asked)
			}
		})
	}
}

// Version 1 of d was registered by this process. Only a list that would show it can lack it.
func TestListsAreCompletedOnlyWhereTheyWouldShowIt(t *testing.T) {
	for name, c := range map[string]struct {
		search registry.Search
		want   bool
	}{
		"all":             {registry.Search{}, true},
		"of the model":    {registry.Search{Model: "d"}, true},
		"of another":      {registry.Search{Model: "b"}, false},
		"with the prefix": {registry.Search{Prefix: "d"}, true},
		"with another":    {registry.Search{Prefix: "c"}, false},
		"with a filter":   {registry.Search{Filter: "run_id = '1'"}, false},
		"with tags":       {registry.Search{Tags: map[string]string{"k": "v"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reg, _ := shelves(t, 3, time.Second)
				_, err := reg.CreateModel(t.Context(), registry.NewModel{Name: "d"})
				_, more := reg.CreateVersion(t.Context(), registry.NewVersion{Model: "d"})
				if err = errors.Join(err, more); err != nil {
					t.Fatal(err)
				}
				if got := slices.Contains(strings.Fields(models(t, reg, c.search)), "d:0"); got != c.want {
					t.Errorf("the model is listed: %t", got)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				reg, _ := shelves(t, 4, time.Second)
				if _, err := reg.CreateVersion(t.Context(), registry.NewVersion{Model: "d"}); err != nil {
					t.Fatal(err)
				}
				if got := slices.Contains(strings.Fields(versions(t, reg, c.search)), "d3"); got != c.want {
					t.Errorf("the version is listed: %t", got)
				}
			})
		})
	}
}

// Who stops early gets no more, and nothing is asked for on top.
func TestAListThatIsNotReadToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := shelves(t, 3, 0)
		_, err := reg.CreateModel(t.Context(), registry.NewModel{Name: "z"})
		if err = errors.Join(err, reg.SetAlias(t.Context(), "c", "champion", 2)); err != nil {
			t.Fatal(err)
		}
		target.asked()
		for range reg.SearchModels(t.Context(), registry.Search{}) {
			break
		}
		for range reg.SearchVersions(t.Context(), registry.Search{}) {
			break
		}
		if asked := target.asked(); asked != "models ; search " {
			t.Errorf("asked for %s", asked)
		}
	})
}

// A list that never catches up ends with the error of the read.
func TestAListThatNeverCatchesUp(t *testing.T) {
	for name, list := range map[string]func(ctx context.Context, r registry.Searcher) (last error){
		"models": func(ctx context.Context, r registry.Searcher) (last error) {
			for _, err := range r.SearchModels(ctx, registry.Search{}) {
				last = err
			}
			return last
		},
		"versions": func(ctx context.Context, r registry.Searcher) (last error) {
			for _, err := range r.SearchVersions(ctx, registry.Search{}) {
				last = err
			}
			return last
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			reg, _ := shelves(t, 3, time.Minute)
			if err := errors.Join(reg.SetAlias(t.Context(), "b", "champion", 2), reg.SetVersionTag(t.Context(), "b", 1, "k", "!")); err != nil {
				t.Fatal(err)
			}
			if err := list(t.Context(), reg); !errors.Is(err, registry.ErrStale) {
				t.Errorf("the list of %s ends with %v", name, err)
			}
		})
	}
}

// Reads that are gathered into one search do not wait for those whose models were written to: these are asked for by themselves.
// Without a lag one search is enough for all.
func TestAGatheredSearchLeavesOutWhatItDoesNotShow(t *testing.T) {
	for _, lag := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := shelves(t, 6, lag)
			cache := readcache.New(reg)
			read := func(name string) (string, error) {
				found, err := cache.Versions(t.Context(), name)
				if err != nil || len(found) == 0 {
					return "", err
				}
				model, err := cache.Model(t.Context(), name)
				return found[0].Tags["k"] + model.Aliases["champion"].String(), err
			}
			for _, name := range []string{"b", "c"} {
				if err := errors.Join(cache.SetVersionTag(t.Context(), name, 1, "k", name), cache.SetAlias(t.Context(), name, "champion", 2)); err != nil {
					t.Fatal(err)
				}
			}
			target.asked()
			target.takes = 50 * time.Millisecond
			begun := time.Now()
			for name, want := range map[string]string{"a": "1", "b": "b2", "c": "c2", "d": "1", "e": "1"} {
				go func() {
					got, err := read(name)
					if took := time.Since(begun); got != want || err != nil || len(want) == 1 && took > 500*time.Millisecond || took > 2*time.Second {
						t.Errorf("after %s: %s is %q, %v; want %q", took, name, got, err, want)
					}
				}()
			}
			time.Sleep(time.Minute) // In the bubble's own time.
			if asked := target.asked(); lag == 0 && strings.Count(asked, ";") > 4 {
				t.Errorf("asked for %s", asked)
			}
		})
	}
}

// Forgetting what was read ends with the cache: its registry is told.
func TestTheCacheTellsOfAnotherWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, _ := shelves(t, 1, time.Minute)
		cache := readcache.New(reg)
		if err := cache.SetAlias(t.Context(), "a", "champion", 2); err != nil {
			t.Fatal(err)
		}
		if _, err := cache.Model(t.Context(), "a"); !errors.Is(err, registry.ErrStale) {
			t.Errorf("in the walk that wrote: %v", err)
		}
		cache.Forget()
		if model, err := cache.Model(t.Context(), "a"); err != nil || model.Aliases["champion"] != 1 {
			t.Errorf("in the next one: %v, %v", model.Aliases, err)
		}
	})
}

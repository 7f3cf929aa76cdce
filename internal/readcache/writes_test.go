package readcache_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// writable is a registry that notes what is read of it, and does something in the middle of each write. It is a mock
// because a test must read in the middle of a write.
type writable struct {
	registry.Registry

	asked []string
	write func() error
}

func (w *writable) Model(_ context.Context, name string) (registry.Model, error) {
	w.asked = append(w.asked, "get "+name)
	return registry.Model{Name: name}, nil
}

func (w *writable) Versions(_ context.Context, model string) ([]registry.Version, error) {
	w.asked = append(w.asked, "versions "+model)
	return []registry.Version{{Model: model, Number: 1}}, nil
}

func (w *writable) CreateModel(context.Context, registry.NewModel) (registry.Model, error) {
	return registry.Model{}, w.write()
}
func (w *writable) DeleteModel(context.Context, string) error                 { return w.write() }
func (w *writable) SetModelTag(context.Context, string, string, string) error { return w.write() }
func (w *writable) DeleteModelTag(context.Context, string, string) error      { return w.write() }
func (w *writable) DeleteAlias(context.Context, string, string) error         { return w.write() }

func (w *writable) SetAlias(context.Context, string, string, registry.Number) error { return w.write() }

func (w *writable) CreateVersion(context.Context, registry.NewVersion) (registry.Version, error) {
	return registry.Version{}, w.write()
}

func (w *writable) DescribeModel(context.Context, string, string) (registry.Model, error) {
	return registry.Model{}, w.write()
}

func (w *writable) DescribeVersion(context.Context, string, registry.Number, string) (registry.Version, error) {
	return registry.Version{}, w.write()
}
func (w *writable) DeleteVersion(context.Context, string, registry.Number) error { return w.write() }

func (w *writable) SetVersionTag(context.Context, string, registry.Number, string, string) error {
	return w.write()
}

func (w *writable) DeleteVersionTag(context.Context, string, registry.Number, string) error {
	return w.write()
}

func (w *writable) TransitionStage(context.Context, registry.Transition) (registry.Version, error) {
	return registry.Version{}, w.write()
}

// Whatever is written, what was read before its end is read again: the model, its versions where they may have changed, and
// nothing of another model. That holds for a write that failed as well, for it may have been done.
func TestEveryOwnWriteIsFollowedByANewRead(t *testing.T) {
	const model, both = "get m", "get m; versions m"
	for name, one := range map[string]struct {
		do   func(context.Context, *readcache.Cache) error
		want string
	}{
		"CreateModel": {func(ctx context.Context, c *readcache.Cache) error {
			_, err := c.CreateModel(ctx, registry.NewModel{Name: "m"})
			return err
		}, model},
		"DescribeModel": {func(ctx context.Context, c *readcache.Cache) error {
			_, err := c.DescribeModel(ctx, "m", "d")
			return err
		}, model},
		"DeleteModel":    {func(ctx context.Context, c *readcache.Cache) error { return c.DeleteModel(ctx, "m") }, both},
		"SetModelTag":    {func(ctx context.Context, c *readcache.Cache) error { return c.SetModelTag(ctx, "m", "k", "v") }, model},
		"DeleteModelTag": {func(ctx context.Context, c *readcache.Cache) error { return c.DeleteModelTag(ctx, "m", "k") }, model},
		"SetAlias":       {func(ctx context.Context, c *readcache.Cache) error { return c.SetAlias(ctx, "m", "a", 1) }, model},
		"DeleteAlias":    {func(ctx context.Context, c *readcache.Cache) error { return c.DeleteAlias(ctx, "m", "a") }, model},
		"CreateVersion": {func(ctx context.Context, c *readcache.Cache) error {
			_, err := c.CreateVersion(ctx, registry.NewVersion{Model: "m"})
			return err
		}, both},
		"DescribeVersion": {func(ctx context.Context, c *readcache.Cache) error {
			_, err := c.DescribeVersion(ctx, "m", 1, "d")
			return err
		}, both},
		"DeleteVersion":    {func(ctx context.Context, c *readcache.Cache) error { return c.DeleteVersion(ctx, "m", 1) }, both},
		"SetVersionTag":    {func(ctx context.Context, c *readcache.Cache) error { return c.SetVersionTag(ctx, "m", 1, "k", "v") }, both},
		"DeleteVersionTag": {func(ctx context.Context, c *readcache.Cache) error { return c.DeleteVersionTag(ctx, "m", 1, "k") }, both},
		"TransitionStage": {func(ctx context.Context, c *readcache.Cache) error {
			_, err := c.TransitionStage(ctx, registry.Transition{Model: "m", Number: 1})
			return err
		}, both},
	} {
		for _, outcome := range []error{nil, registry.ErrOutcomeUnknown} {
			t.Run(name, func(t *testing.T) {
				target := &writable{}
				cache := readcache.New(target)
				read := func() string {
					for _, model := range []string{"m", "other"} {
						if _, err := cache.Model(t.Context(), model); err != nil {
							t.Error(err)
						}
						if _, err := cache.Versions(t.Context(), model); err != nil {
							t.Error(err)
						}
					}
					asked := strings.Join(target.asked, "; ")
					target.asked = nil
					return asked
				}
				read()
				target.write = func() error {
					if got := read(); got != one.want {
						t.Errorf("in the middle of the write, asked for %q, want %q", got, one.want)
					}
					return outcome
				}
				if err := one.do(t.Context(), cache); !errors.Is(err, outcome) {
					t.Fatal(err)
				}
				if got := read(); got != one.want {
					t.Errorf("after the write, asked for %q, want %q", got, one.want)
				}
				if got := read(); got != "" {
					t.Errorf("asked again for %q", got)
				}
			})
		}
	}
}

// A search that was sent before a write serves nobody who asks after it, although its answer comes later: neither who asks
// while it runs, nor who asks when it is through.
func TestASearchThatAWritePassesServesNoLaterRead(t *testing.T) {
	for _, meanwhile := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			target := newLibrary(map[string]int{"a": 1, "b": 1, "c": 1})
			cache := readcache.New(target)
			to := func(stage registry.Stage) {
				if _, err := cache.TransitionStage(t.Context(), registry.Transition{Model: "c", Number: 1, Stage: stage}); err != nil {
					t.Error(err)
				}
			}
			to(registry.StageArchived) // So that c was observed, and has to be read again.
			release := target.holdBack()
			startReading(t, cache, target, 1, "a")
			startReading(t, cache, target, 2, "b", "c")
			target.asked()
			release()
			release = target.holdBack()
			synctest.Wait()
			if got := target.asked(); got != "search b,c" {
				t.Fatalf("asked for: %s", got)
			}
			to(registry.StageProduction)
			if meanwhile {
				go func() {
					if got := stageOf(cache.Versions(t.Context(), "c")); got != "Production" {
						t.Errorf("read while the search runs: %s", got)
					}
				}()
				synctest.Wait()
			}
			release()
			synctest.Wait()
			if got := stageOf(cache.Versions(t.Context(), "c")); got != "Production" {
				t.Errorf("read after the search (another read meanwhile: %t): %s", meanwhile, got)
			}
		})
	}
}

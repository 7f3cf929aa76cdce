package readcache

import (
	"context"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Cache is a registry whose models and versions are read once per model until this process writes to that model.
//
//   - A read never returns what was true before this process's own last write to that model.
//   - Errors are never cached.
//   - One caller's cancellation never fails another. A request that nobody waits for any more is cancelled.
//   - The first observation of a model's versions is made before this process's first write to them, and kept.
//   - Models that are asked for at the same time go into one search, where the registry is a registry.Searcher. A search is
//     sealed before it runs: what is asked for meanwhile goes into the next. One that is refused falls back to one request a
//     model, and what a search leaves out is asked for by itself. One that fails, and may be answered when it is smaller, is
//     asked again in smaller ones.
//   - Once more than a few models were asked for, others are read ahead, within bounds that what was asked for sets.
//
// It lives as long as one configured provider, which is one walk of Terraform as a rule; Forget begins another. It is safe for
// concurrent use; the values it returns are shared, and must not be changed.
type Cache struct {
	registry.Registry

	mu   sync.Mutex
	walk *walk
}

// New returns an empty cache in front of target.
func New(target registry.Registry) *Cache { return &Cache{Registry: target, walk: newWalk(target)} }

// current returns the walk that is under way.
func (c *Cache) current() *walk {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.walk
}

// Forget drops everything that was read, first observations too: another walk begins. What an earlier one still reads reaches those
// who wait for it, and nobody else. A target with a method Forget is told of it.
func (c *Cache) Forget() {
	c.mu.Lock()
	ended := c.walk
	c.walk = newWalk(c.Registry)
	c.mu.Unlock()
	ended.end()
	if target, ok := c.Registry.(interface{ Forget() }); ok {
		target.Forget()
	}
}

// Model returns one registered model, from this walk's last read of it if nothing was written since.
func (c *Cache) Model(ctx context.Context, name string) (registry.Model, error) {
	walk := c.current()
	walk.note(ctx, name)
	return walk.models.get(ctx, name)
}

// ConfirmModel is Model, read by the model's own request: for news that should not rest on a search over many models, which
// some servers answer with less.
func (c *Cache) ConfirmModel(ctx context.Context, name string) (registry.Model, error) {
	return c.current().models.confirm(ctx, name)
}

// Versions returns every version of a model, from this walk's last read of it if nothing was written since.
func (c *Cache) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	walk := c.current()
	walk.note(ctx, model)
	return walk.versions.get(ctx, model)
}

// ConfirmVersions is Versions, read by the model's own search: see ConfirmModel.
func (c *Cache) ConfirmVersions(ctx context.Context, model string) ([]registry.Version, error) {
	return c.current().versions.confirm(ctx, model)
}

// FirstVersions returns the versions as this walk first saw them, before this process wrote anything to the model. Terraform
// plans each new instance again while it applies others: this is what makes both plans see the same. If another walk begins
// meanwhile, they are those that the new one sees first.
func (c *Cache) FirstVersions(ctx context.Context, model string) ([]registry.Version, error) {
	for {
		walk := c.current()
		first, seen := walk.versions.seen(model)
		if !seen {
			walk.note(ctx, model)
			if _, err := walk.versions.get(ctx, model); err != nil {
				return nil, err
			}
			first, _ = walk.versions.seen(model)
		}
		if c.current() == walk {
			return first, nil
		}
	}
}

// Seen returns what this walk first saw of a model, and whether anybody has asked for it yet. It asks nobody.
func (c *Cache) Seen(model string) ([]registry.Version, bool) {
	return c.current().versions.seen(model)
}

// Fresh returns the same registry with reads that always ask the server, each by a request of its own. What they read
// serves later callers of the cache as well.
func (c *Cache) Fresh() registry.Registry { return fresh{c} }

type fresh struct{ *Cache }

func (f fresh) Model(ctx context.Context, name string) (registry.Model, error) {
	return f.current().models.fresh(ctx, name)
}

// Recent returns the versions of a model if its own request has read them within limit, and nothing was written to it since.
func (f fresh) Recent(model string, limit time.Duration) ([]registry.Version, bool) {
	return f.current().versions.recent(model, limit)
}

func (f fresh) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	return f.current().versions.fresh(ctx, model)
}

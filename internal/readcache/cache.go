package readcache

import (
	"context"
	"sync"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Cache is a registry whose models and versions are read once per model until this process writes to that model.
//
//   - A read never returns what was true before this process's own last write to that model.
//   - Errors are never cached.
//   - One caller's cancellation never fails another.
//   - The first observation of a model's versions is made before this process's first write to them, and kept.
//   - Models that are asked for at the same time go into one search, where the registry is a registry.Searcher. A search is
//     sealed before it runs: what is asked for meanwhile goes into the next. One that is refused falls back to one request a
//     model, and what a search leaves out is asked for by itself.
//   - Once more than a few models were asked for, others are read ahead, within bounds that what was asked for sets.
//
// It lives as long as one configured provider, which is one walk of Terraform as a rule; Forget begins another. It is safe for concurrent use; the values it
// returns are shared, and must not be changed.
type Cache struct {
	registry.Registry
	searcher registry.Searcher // nil when the registry cannot search

	models   shelf[registry.Model]
	versions shelf[[]registry.Version]

	mu sync.Mutex
	// first and last in the alphabet of all models that were asked for; wanted are those before the list began.
	first, last string
	wanted      map[string]bool
	listing     bool       // begun, and perhaps over
	awaited     bool       // the list is under way, and not for long yet
	catalogue   *catalogue // nil until the list is there
}

// New returns an empty cache in front of target.
func New(target registry.Registry) *Cache {
	c := &Cache{Registry: target}
	c.models.own, c.models.weigh = target.Model, func(registry.Model) int { return 1 }
	c.versions.own, c.versions.weigh = target.Versions, func(versions []registry.Version) int { return len(versions) }
	if searcher, ok := target.(registry.Searcher); ok {
		c.searcher = searcher
		c.models.search, c.versions.search = c.searchModels, c.searchVersions
		c.models.hold = func() bool { return c.awaits(c.models.spent.searches) }
		c.versions.hold = func() bool { return c.awaits(c.versions.spent.searches) }
		c.versions.ahead = c.ahead
	}
	return c
}

// Model returns one registered model, from this walk's last read of it if nothing was written since.
func (c *Cache) Model(ctx context.Context, name string) (registry.Model, error) {
	c.note(ctx, name)
	return c.models.get(ctx, name)
}

// ConfirmModel is Model, read by the model's own request: for news that should not rest on a search over many models, which
// some servers answer with less.
func (c *Cache) ConfirmModel(ctx context.Context, name string) (registry.Model, error) {
	return c.models.confirm(ctx, name)
}

// Versions returns every version of a model, from this walk's last read of it if nothing was written since.
func (c *Cache) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	c.note(ctx, model)
	return c.versions.get(ctx, model)
}

// ConfirmVersions is Versions, read by the model's own search: see ConfirmModel.
func (c *Cache) ConfirmVersions(ctx context.Context, model string) ([]registry.Version, error) {
	return c.versions.confirm(ctx, model)
}

// FirstVersions returns the versions as this process first saw them, before it wrote anything to the model. Terraform
// plans each new instance again while it applies others: this is what makes both plans see the same.
func (c *Cache) FirstVersions(ctx context.Context, model string) ([]registry.Version, error) {
	if first, seen := c.versions.seen(model); seen {
		return first, nil
	}
	if _, err := c.Versions(ctx, model); err != nil {
		return nil, err
	}
	first, _ := c.versions.seen(model)
	return first, nil
}

// Seen returns what this process first saw of a model, and whether anybody has asked for it yet. It asks nobody.
func (c *Cache) Seen(model string) ([]registry.Version, bool) { return c.versions.seen(model) }

// Forget drops everything that was read, first observations too: another walk begins.
func (c *Cache) Forget() {
	c.mu.Lock()
	c.wanted, c.listing, c.catalogue = nil, false, nil
	c.mu.Unlock()
	c.models.forget()
	c.versions.forget()
}

// Fresh returns the same registry with reads that always ask the server, each by a request of its own. What they read
// serves later callers of the cache as well.
func (c *Cache) Fresh() registry.Registry { return fresh{c} }

type fresh struct{ *Cache }

func (f fresh) Model(ctx context.Context, name string) (registry.Model, error) {
	return f.models.fresh(ctx, name)
}

func (f fresh) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	return f.versions.fresh(ctx, model)
}

func (c *Cache) searchModels(ctx context.Context, names []string) (map[string]registry.Model, error) {
	found := make(map[string]registry.Model, len(names))
	for model, err := range c.searcher.SearchModels(ctx, registry.Search{Models: names}) {
		if err != nil {
			return nil, err
		}
		found[model.Name] = model
	}
	return found, nil
}

func (c *Cache) searchVersions(ctx context.Context, names []string) (map[string][]registry.Version, error) {
	found := make(map[string][]registry.Version, len(names))
	for version, err := range c.searcher.SearchVersions(ctx, registry.Search{Models: names}) {
		if err != nil {
			return nil, err
		}
		found[version.Model] = append(found[version.Model], version)
	}
	for _, versions := range found {
		registry.SortVersions(versions)
	}
	return found, nil
}

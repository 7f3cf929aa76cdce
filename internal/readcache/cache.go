package readcache

import (
	"context"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Cache is a registry whose models and versions are read once per model until this process writes to that model.
//
//   - A read never returns what was true before this process's own last write to that model.
//   - Errors are never cached.
//   - One caller's cancellation never fails another.
//   - The first observation of a model's versions is made before this process's first write to them, and kept.
//
// It lives as long as one configured provider: one walk of Terraform. It is safe for concurrent use; the values it
// returns are shared, and must not be changed.
type Cache struct {
	registry.Registry

	models   shelf[registry.Model]
	versions shelf[[]registry.Version]
}

// New returns an empty cache in front of target.
func New(target registry.Registry) *Cache {
	return &Cache{Registry: target}
}

// Model returns one registered model, from this walk's last read of it if nothing was written since.
func (c *Cache) Model(ctx context.Context, name string) (registry.Model, error) {
	return c.models.get(ctx, name, true, c.askModel(name))
}

// Versions returns every version of a model, from this walk's last read of it if nothing was written since.
func (c *Cache) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	return c.versions.get(ctx, model, true, c.askVersions(model))
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

// Seen returns what this process first saw of a model, and whether it has seen it yet. It asks nobody.
func (c *Cache) Seen(model string) ([]registry.Version, bool) { return c.versions.seen(model) }

// Fresh returns the same registry with reads that always ask the server. What they read serves later callers of the
// cache as well.
func (c *Cache) Fresh() registry.Registry { return fresh{c} }

type fresh struct{ *Cache }

func (f fresh) Model(ctx context.Context, name string) (registry.Model, error) {
	return f.models.get(ctx, name, false, f.askModel(name))
}

func (f fresh) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	return f.versions.get(ctx, model, false, f.askVersions(model))
}

func (c *Cache) askModel(name string) func(context.Context) (registry.Model, error) {
	return func(ctx context.Context) (registry.Model, error) { return c.Registry.Model(ctx, name) }
}

func (c *Cache) askVersions(model string) func(context.Context) ([]registry.Version, error) {
	return func(ctx context.Context) ([]registry.Version, error) { return c.Registry.Versions(ctx, model) }
}

package readcache

import (
	"context"
	"sync"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Cache is a registry whose Versions are read once per model until this process writes to that model.
//
//   - A read never returns what was true before this process's own last write to that model.
//   - Errors are never cached.
//   - One caller's cancellation never fails another.
//   - The first observation of a model is made before this process's first write to it, and kept.
//
// It lives as long as one configured provider: one walk of Terraform. It is safe for concurrent use; the slices it
// returns are shared, and must not be changed.
type Cache struct {
	registry.Registry

	mu     sync.Mutex
	models map[string]*entry
}

// entry is what is known of one model.
type entry struct {
	// generation counts the writes to the model, begun and ended. A read is shared within one generation only.
	generation int
	current    *read
	first      []registry.Version
	observed   bool
}

// read is one search under way or done.
type read struct {
	generation int
	done       chan struct{}
	versions   []registry.Version
	err        error
}

// New returns an empty cache in front of target.
func New(target registry.Registry) *Cache {
	return &Cache{Registry: target, models: make(map[string]*entry)}
}

// Versions returns every version of a model, from this walk's last read of it if nothing was written since.
func (c *Cache) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	return c.versions(ctx, model, true)
}

// FirstVersions returns the versions as this process first saw them, before it wrote anything to the model. Terraform
// plans each new instance again while it applies others: this is what makes both plans see the same.
func (c *Cache) FirstVersions(ctx context.Context, model string) ([]registry.Version, error) {
	c.mu.Lock()
	known := c.entry(model)
	first, observed := known.first, known.observed
	c.mu.Unlock()
	if observed {
		return first, nil
	}
	if _, err := c.versions(ctx, model, true); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entry(model).first, nil
}

// Seen returns what this process first saw of a model, and whether it has seen it yet. It asks nobody.
func (c *Cache) Seen(model string) ([]registry.Version, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.entry(model)
	return known.first, known.observed
}

// Fresh returns the same registry with a Versions that always asks the server. What it reads serves later callers of
// the cache as well.
func (c *Cache) Fresh() registry.Registry { return fresh{c} }

type fresh struct{ *Cache }

func (f fresh) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	return f.versions(ctx, model, false)
}

// entry returns what is known of a model. The caller holds mu.
func (c *Cache) entry(model string) *entry {
	known, ok := c.models[model]
	if !ok {
		known = &entry{}
		c.models[model] = known
	}
	return known
}

func (c *Cache) versions(ctx context.Context, model string, shared bool) ([]registry.Version, error) {
	c.mu.Lock()
	known := c.entry(model)
	call := known.current
	if call == nil || call.generation != known.generation || !shared {
		call = &read{generation: known.generation, done: make(chan struct{})}
		known.current = call
		go c.fill(context.WithoutCancel(ctx), model, known, call)
	}
	c.mu.Unlock()
	select {
	case <-call.done:
		return call.versions, call.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fill runs one search. It is not cancelled with its first caller, since others may wait for it as well; the client's
// own time-out bounds it.
func (c *Cache) fill(ctx context.Context, model string, known *entry, call *read) {
	call.versions, call.err = c.Registry.Versions(ctx, model)
	c.mu.Lock()
	if call.err != nil && known.current == call {
		known.current = nil
	}
	if call.err == nil && !known.observed {
		known.first, known.observed = call.versions, true
	}
	c.mu.Unlock()
	close(call.done)
}

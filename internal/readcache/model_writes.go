package readcache

import (
	"context"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// writeModel runs act between two generations of the model itself.
func (c *Cache) writeModel(name string, act func() error) error {
	c.current().models.invalidate(name)
	defer func() { c.current().models.invalidate(name) }() // Another walk may have begun meanwhile.
	return act()
}

// CreateModel registers a model.
func (c *Cache) CreateModel(ctx context.Context, model registry.NewModel) (registry.Model, error) {
	var created registry.Model
	err := c.writeModel(model.Name, func() (err error) {
		created, err = c.Registry.CreateModel(ctx, model)
		return err
	})
	return created, err
}

// DescribeModel replaces a model's description.
func (c *Cache) DescribeModel(ctx context.Context, name, description string) (registry.Model, error) {
	var described registry.Model
	err := c.writeModel(name, func() (err error) {
		described, err = c.Registry.DescribeModel(ctx, name, description)
		return err
	})
	return described, err
}

// DeleteModel deletes a model and every version of it.
func (c *Cache) DeleteModel(ctx context.Context, name string) error {
	return c.write(ctx, name, func() error { return c.Registry.DeleteModel(ctx, name) })
}

// SetModelTag sets one tag of a model.
func (c *Cache) SetModelTag(ctx context.Context, name, key, value string) error {
	return c.writeModel(name, func() error { return c.Registry.SetModelTag(ctx, name, key, value) })
}

// DeleteModelTag removes one tag of a model.
func (c *Cache) DeleteModelTag(ctx context.Context, name, key string) error {
	return c.writeModel(name, func() error { return c.Registry.DeleteModelTag(ctx, name, key) })
}

// SetAlias points an alias at a version.
func (c *Cache) SetAlias(ctx context.Context, model, alias string, number registry.Number) error {
	return c.writeAlias(ctx, model, func() error { return c.Registry.SetAlias(ctx, model, alias, number) })
}

// DeleteAlias removes an alias.
func (c *Cache) DeleteAlias(ctx context.Context, model, alias string) error {
	return c.writeAlias(ctx, model, func() error { return c.Registry.DeleteAlias(ctx, model, alias) })
}

// writeAlias changes an alias, which may be a stage of versions (internal/aliasstages).
func (c *Cache) writeAlias(ctx context.Context, model string, act func() error) error {
	if kept, ok := c.Registry.(interface{ KeepsStagesAsAliases() bool }); ok && kept.KeepsStagesAsAliases() {
		return c.write(ctx, model, act)
	}
	return c.writeModel(model, act)
}

package readcache

import (
	"context"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// write makes the first observation of the model's versions if there is none yet, and runs act between two generations,
// so that no read which began before its end is shared afterwards.
func (c *Cache) write(ctx context.Context, model string, act func() error) error {
	if _, err := c.FirstVersions(ctx, model); err != nil {
		return err
	}
	c.current().versions.invalidate(model)
	defer func() { c.current().versions.invalidate(model) }() // Another walk may have begun meanwhile.
	return c.writeModel(model, act)                           // Deleting a version drops its aliases, which belong to the model.
}

// CreateVersion registers a version.
func (c *Cache) CreateVersion(ctx context.Context, version registry.NewVersion) (registry.Version, error) {
	var created registry.Version
	err := c.write(ctx, version.Model, func() (err error) {
		created, err = c.Registry.CreateVersion(ctx, version)
		return err
	})
	return created, err
}

// DescribeVersion replaces a version's description.
func (c *Cache) DescribeVersion(ctx context.Context, model string, number registry.Number, description string) (registry.Version, error) {
	var described registry.Version
	err := c.write(ctx, model, func() (err error) {
		described, err = c.Registry.DescribeVersion(ctx, model, number, description)
		return err
	})
	return described, err
}

// DeleteVersion deletes a version.
func (c *Cache) DeleteVersion(ctx context.Context, model string, number registry.Number) error {
	return c.write(ctx, model, func() error { return c.Registry.DeleteVersion(ctx, model, number) })
}

// SetVersionTag sets one tag of a version.
func (c *Cache) SetVersionTag(ctx context.Context, model string, number registry.Number, key, value string) error {
	return c.write(ctx, model, func() error { return c.Registry.SetVersionTag(ctx, model, number, key, value) })
}

// DeleteVersionTag removes one tag of a version.
func (c *Cache) DeleteVersionTag(ctx context.Context, model string, number registry.Number, key string) error {
	return c.write(ctx, model, func() error { return c.Registry.DeleteVersionTag(ctx, model, number, key) })
}

// TransitionStage moves a version to a stage.
func (c *Cache) TransitionStage(ctx context.Context, transition registry.Transition) (registry.Version, error) {
	var moved registry.Version
	err := c.write(ctx, transition.Model, func() (err error) {
		moved, err = c.Registry.TransitionStage(ctx, transition)
		return err
	})
	return moved, err
}

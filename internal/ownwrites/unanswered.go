package ownwrites

import (
	"context"
	"errors"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// isShown reports whether a write of unknown outcome was done: one look at the model, or with a number at the version, shows it. It says
// nothing if the look fails, lags, or comes before the write.
func (r *Registry) isShown(ctx context.Context, model string, number registry.Number, check *written) bool {
	shown, err := r.look(ctx, model, number)
	if err != nil {
		return false
	}
	now, _, ok := check.of(&shown)
	return ok && now.same(check.want)
}

// isGone reports whether a deletion of unknown outcome was done: the model, or with a number the version, is not found.
func (r *Registry) isGone(ctx context.Context, model string, number registry.Number) bool {
	_, err := r.look(ctx, model, number)
	return errors.Is(err, registry.ErrNotFound)
}

// look reads a model, or with a number a version of it, and waits for no own write.
func (r *Registry) look(ctx context.Context, model string, number registry.Number) (sight, error) {
	if number == 0 {
		found, err := r.Client.Model(ctx, model)
		return sight{view: ofModel, model: found}, err
	}
	found, err := r.Client.Version(ctx, model, number)
	return sight{view: ofVersion, number: number, version: found}, err
}

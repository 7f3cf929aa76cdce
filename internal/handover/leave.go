package handover

import (
	"context"
	"errors"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Remove archives a version that leaves the configuration, whatever stage it is in. A version that is archived or gone
// already costs one read.
func (e *Engine) Remove(ctx context.Context, model string, number registry.Number) error {
	return e.leave(ctx, Goal{Model: model, Version: number, Stage: registry.StageArchived})
}

// Release archives a version if it is still in stage. A version that has left it, or is gone, costs one read.
func (e *Engine) Release(ctx context.Context, model string, number registry.Number, stage registry.Stage) error {
	return e.leave(ctx, Goal{Model: model, Version: number, Stage: registry.StageArchived, OnlyFrom: stage})
}

func (e *Engine) leave(ctx context.Context, goal Goal) error {
	_, err := e.Run(ctx, goal)
	var missing *MissingError
	if errors.As(err, &missing) {
		return nil
	}
	return err
}

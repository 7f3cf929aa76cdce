package handover

import (
	"context"
	"errors"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Remove archives a version that leaves the configuration, whatever stage it is in. A version that is archived or gone
// already costs one read. kept is asked once no other handover of the model is under way: the version stays as it is if
// somebody else of this process wants it by then.
func (e *Engine) Remove(ctx context.Context, model string, number registry.Number, kept func() bool) error {
	return e.leave(ctx, Goal{Model: model, Version: number, Stage: registry.StageArchived}, kept)
}

// Release archives a version if it is still in stage. A version that has left it, or is gone, costs one read. kept is as in
// Remove.
func (e *Engine) Release(ctx context.Context, model string, number registry.Number, stage registry.Stage, kept func() bool) error {
	return e.leave(ctx, Goal{Model: model, Version: number, Stage: registry.StageArchived, OnlyFrom: stage}, kept)
}

func (e *Engine) leave(ctx context.Context, goal Goal, kept func() bool) error {
	unlock, err := e.locks.lock(ctx, goal.Model)
	if err != nil {
		return err
	}
	defer unlock()
	if kept() {
		return nil
	}
	_, err = e.begin(ctx, goal)
	var missing *MissingError
	if errors.As(err, &missing) || errors.Is(err, registry.ErrNotFound) { // Before the look, or after it.
		return nil
	}
	return err
}

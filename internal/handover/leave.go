package handover

import (
	"context"
	"errors"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Leaving is a version that leaves the configuration.
type Leaving struct {
	// Model and Version name it.
	Model   string
	Version registry.Number
	// From is the stage that it was in when the reviewed plan was made; empty if the plan did not know. A version that
	// somebody has moved since is left alone, with a *MovedError; one in Archived was archived already.
	From registry.Stage
	// Kept is asked once no other handover of the model is under way: the version stays as it is if another resource of this
	// process wants it by then.
	Kept func() bool
}

// Remove archives a version, whatever stage it is in. One that is archived or gone already costs one read.
func (e *Engine) Remove(ctx context.Context, leaving Leaving) error {
	return e.leave(ctx, leaving, Goal{Model: leaving.Model, Version: leaving.Version, Stage: registry.StageArchived, From: leaving.From})
}

// Release archives a version if it is still in the stage From. One that has left it, or is gone, costs one read.
func (e *Engine) Release(ctx context.Context, leaving Leaving) error {
	return e.leave(ctx, leaving, Goal{
		Model: leaving.Model, Version: leaving.Version, Stage: registry.StageArchived, OnlyFrom: leaving.From,
	})
}

func (e *Engine) leave(ctx context.Context, leaving Leaving, goal Goal) error {
	unlock, err := e.locks.lock(ctx, leaving.Model)
	if err != nil {
		return err
	}
	defer unlock()
	if leaving.Kept() {
		return nil
	}
	_, err = e.run(ctx, goal)
	var missing *MissingError
	if errors.As(err, &missing) || errors.Is(err, registry.ErrNotFound) { // Before the look, or after it.
		return nil
	}
	return err
}

// Delete deletes a version for good. One that is gone already is no error. The request is sent again only after a look: a
// version that was promoted meanwhile is not deleted.
func (e *Engine) Delete(ctx context.Context, leaving Leaving) error {
	unlock, err := e.locks.lock(ctx, leaving.Model)
	if err != nil {
		return err
	}
	defer unlock()
	if leaving.Kept() {
		return nil
	}
	goal := Goal{
		Model: leaving.Model, Version: leaving.Version, From: leaving.From, placed: e.moves.of(leaving.Model, leaving.Version),
	}
	for attempt := 1; ; attempt++ {
		versions, err := e.registry.Versions(ctx, leaving.Model)
		if err != nil {
			return err
		}
		version, found := registry.FindVersion(versions, leaving.Version)
		if !found {
			return nil
		}
		if err := goal.moved(version); err != nil {
			return err
		}
		err = e.registry.DeleteVersion(ctx, leaving.Model, leaving.Version)
		switch {
		case errors.Is(err, registry.ErrNotFound):
			return nil
		case err == nil || !unclear(err) || attempt > e.pacing.Repetitions || ctx.Err() != nil:
			return err
		}
		e.pause(ctx, Action{Wait: WaitAgain, Count: attempt, RetryAfter: retryAfter(err)})
	}
}

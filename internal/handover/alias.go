package handover

import (
	"context"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// PointAlias points an alias at a version, after the caller has seen it at before (0 if it was not there), and returns where it
// points afterwards. The request is sent again only after a look that shows the alias where it was: one that somebody moves
// meanwhile is not overwritten. Without faults it costs two requests: the change, and the look at it.
func (e *Engine) PointAlias(ctx context.Context, model, alias string, version, before registry.Number) (registry.Number, error) {
	for attempt := 1; ; attempt++ {
		err := e.registry.SetAlias(ctx, model, alias, version)
		if err != nil && !unclear(err) {
			return e.refusedAlias(ctx, model, alias, version, before, err)
		}
		lost := time.Now()
	looks:
		for look := 1; ; look++ {
			over := time.Since(lost) >= e.lateness() // Before the look that may show it.
			found, readErr := e.registry.Model(ctx, model)
			if readErr != nil {
				return 0, readErr
			}
			now := found.Aliases[alias]
			switch {
			case err == nil, now == version, now != before:
				return now, nil
			case ctx.Err() != nil:
				return now, err
			}
			if over || !mayBeLate(err) {
				break looks
			}
			e.pause(ctx, Action{Wait: WaitLate, Count: look})
		}
		if attempt > e.pacing.Repetitions {
			return before, err
		}
		e.pause(ctx, Action{Wait: WaitAgain, Count: attempt, RetryAfter: retryAfter(err)})
	}
}

// refusedAlias goes on after a refusal: if the alias has come to the version all the same, it was done. Were it only told as refused, no
// state would have the alias, and the next apply would take it for somebody else's.
func (e *Engine) refusedAlias(
	ctx context.Context, model, alias string, version, before registry.Number, refusal error,
) (registry.Number, error) {
	if found, err := e.registry.Model(ctx, model); err == nil && version != before && found.Aliases[alias] == version {
		return version, nil
	}
	return 0, refusal
}

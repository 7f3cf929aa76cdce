package handover

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// attempts is how often a promotion is sent when its outcome was unclear and reading shows that it had no effect.
	attempts = 3
	// rounds is how often holders are read back and arbitrated before a handover is given up as unsettled.
	rounds = 12
	// grace is how long a handover that has begun may go on after its caller was cancelled: long enough to finish
	// or to give the stage back, short enough for somebody who waits after Ctrl-C.
	grace = 5 * time.Second
)

// Engine runs handovers in one registry. It is safe for concurrent use; handovers of one model are run one at a time.
type Engine struct {
	registry registry.Registry
	way      Way
	locks    locks
	// flagIgnored is set once the server was seen to ignore archive_existing_versions.
	flagIgnored atomic.Bool
	// owned holds the origins of the versions that this process registered.
	owned sync.Map
	// pause waits between two rounds of arbitration, longer in later rounds.
	pause func(ctx context.Context, round int)
}

// New returns an engine that reads and writes through target, whose Versions must not be served from a cache.
func New(target registry.Registry, way Way) *Engine {
	return &Engine{registry: target, way: way, pause: randomPause}
}

// Outcome is what a handover left behind.
type Outcome struct {
	// Versions are all versions of the model as read back at the end.
	Versions []registry.Version
	// From is the stage that the version was in before; the goal's own when it was there already.
	From registry.Stage
	// Archived are the versions that the handover moved out of the stage, in ascending order.
	Archived []registry.Number
	// Overtaken are versions that took the stage after the last look and went with the promotion, although no reviewer
	// saw them: no server can be asked to refuse then. Whoever promoted them may have been told that it went well.
	Overtaken []registry.Number
}

// Run brings the goal about. Before the first write it refuses with the errors of Plan, and nothing was changed; later
// errors are *FailedError, *DisplacedError, *UnsettledError or *MissingError. A promotion of an existing version costs
// three requests: read, transition, read back.
func (e *Engine) Run(ctx context.Context, goal Goal) (Outcome, error) {
	unlock, err := e.locks.lock(ctx, goal.Model)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	return e.begin(ctx, goal)
}

// begin is Run under the model's lock.
func (e *Engine) begin(ctx context.Context, goal Goal) (Outcome, error) {
	before, err := e.registry.Versions(ctx, goal.Model)
	if err != nil {
		return Outcome{}, fmt.Errorf("reading the holders of %s of model %q: %w", goal.Stage, goal.Model, err)
	}
	steps, err := Plan(before, goal, e.currentWay())
	version, _ := registry.FindVersion(before, goal.Version)
	if err != nil || len(steps) == 0 {
		return Outcome{Versions: before, From: version.Stage}, err
	}
	ctx, cancel := withGrace(ctx)
	defer cancel()
	handover := &run{Engine: e, goal: goal, before: before, sentAway: make(map[registry.Number]bool)}
	outcome, err := handover.finish(ctx, steps)
	outcome.From = version.Stage
	return outcome, err
}

func (e *Engine) currentWay() Way {
	if e.flagIgnored.Load() {
		return Sequential
	}
	return e.way
}

// run is one handover that has passed its checks.
type run struct {
	*Engine
	goal   Goal
	before []registry.Version
	// sentAway are the versions that this client archived as the winner of an arbitration.
	sentAway map[registry.Number]bool
}

func (r *run) finish(ctx context.Context, steps []registry.Transition) (Outcome, error) {
	for attempt := 1; ; attempt++ {
		err := r.send(ctx, steps)
		if err == nil {
			return r.arbitrate(ctx)
		}
		if !unclear(err) {
			return r.giveBack(ctx, err)
		}
		versions, readErr := r.registry.Versions(ctx, r.goal.Model)
		if readErr != nil {
			return r.giveBack(ctx, errors.Join(err, readErr)) // It reads once more: the stage may be empty.
		}
		steps, readErr = Plan(versions, r.goal, r.currentWay())
		if version, found := registry.FindVersion(versions, r.goal.Version); found && version.Stage == r.goal.Stage {
			return r.arbitrate(ctx) // The answer was lost, not the promotion.
		}
		if readErr != nil || attempt == attempts || ctx.Err() != nil {
			return r.giveBack(ctx, errors.Join(err, readErr))
		}
		r.pause(ctx, attempt)
	}
}

func (r *run) send(ctx context.Context, steps []registry.Transition) error {
	for _, step := range steps {
		_, err := r.registry.TransitionStage(ctx, step)
		if errors.Is(err, registry.ErrNotMLflow) && !errors.Is(err, registry.ErrOutcomeUnknown) {
			return &NoStagesError{Cause: err}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// giveBack is for a promotion that did not happen: a stage that had a holder must have one again.
func (r *run) giveBack(ctx context.Context, cause error) (Outcome, error) {
	failed := r.failed(cause)
	holder, had := greatest(r.before, r.goal.Stage)
	if !r.goal.Exclusive() || !had || holder.Number == r.goal.Version {
		return Outcome{}, failed
	}
	if ctx.Err() != nil { // Time is up, and the stage may be empty: that takes one more moment.
		more, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		ctx = more
	}
	versions, err := r.registry.Versions(ctx, r.goal.Model)
	if err != nil {
		failed.GiveBackErr = err
		return Outcome{}, failed
	}
	if len(registry.Holders(versions, r.goal.Stage)) > 0 {
		return Outcome{Versions: versions}, failed
	}
	_, err = r.registry.TransitionStage(ctx, registry.Transition{Model: r.goal.Model, Number: holder.Number, Stage: r.goal.Stage})
	if err != nil {
		failed.GiveBackErr = err
	} else {
		failed.GaveBack = []registry.Number{holder.Number}
	}
	return Outcome{}, failed
}

func (r *run) failed(cause error) *FailedError {
	return &FailedError{Model: r.goal.Model, Stage: r.goal.Stage, Version: r.goal.Version, Cause: cause}
}

// unclear reports whether a transition may have taken effect although it failed, or may do so when sent again.
func unclear(err error) bool {
	return errors.Is(err, registry.ErrOutcomeUnknown) || errors.Is(err, registry.ErrUnavailable)
}

// withGrace returns a context that outlives parent by the grace period, and ends as parent did: by a time limit, or by a
// cancellation.
func withGrace(parent context.Context) (context.Context, context.CancelFunc) {
	lasting := context.WithoutCancel(parent)
	ctx, cancel := context.WithCancel(lasting)
	if deadline, limited := parent.Deadline(); limited {
		cancel()
		ctx, cancel = context.WithDeadline(lasting, deadline.Add(grace))
	}
	stop := context.AfterFunc(parent, func() {
		if errors.Is(parent.Err(), context.DeadlineExceeded) {
			return
		}
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(ctx, func() { timer.Stop() })
	})
	return ctx, func() { stop(); cancel() }
}

// randomPause waits up to 50 ms in the first round and up to a second in later ones, so that two racing clients do not
// answer each other in step.
func randomPause(ctx context.Context, round int) {
	longest := min(50*time.Millisecond<<min(round, 5), time.Second)
	timer := time.NewTimer(rand.N(longest)) //nolint:gosec // Not for secrets: it only spreads clients out.
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

package handover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// looks is how often a version whose creation was not answered is looked for, before it is created once more or given up.
const looks = 4

// Create registers a version exactly once. Before it does, it refuses with an *IntruderError if the goal's stage is
// held by a version that the reviewed plan does not archive, so that a promotion which cannot happen leaves no version
// behind. (The goal's Version is ignored: there is no number yet.) When the answer is lost, the version that the lost
// call made is found by reading: the one with a number that was not there before and with the same content.
func (e *Engine) Create(ctx context.Context, wanted registry.NewVersion, goal Goal) (registry.Version, error) {
	unlock, err := e.locks.lock(ctx, wanted.Model)
	if err != nil {
		return registry.Version{}, err
	}
	defer unlock()
	before, err := e.registry.Versions(ctx, wanted.Model)
	if err != nil {
		return registry.Version{}, fmt.Errorf("reading the versions of model %q: %w", wanted.Model, err)
	}
	goal.Version = 0
	if _, err := reviewed(before, goal); err != nil {
		return registry.Version{}, err
	}
	version, err := e.registry.CreateVersion(ctx, wanted)
	if err == nil || !errors.Is(err, registry.ErrOutcomeUnknown) {
		return version, err
	}
	ctx, cancel := withGrace(ctx)
	defer cancel()
	return e.settleCreate(ctx, wanted, before, err)
}

func (e *Engine) settleCreate(
	ctx context.Context, wanted registry.NewVersion, before []registry.Version, cause error,
) (registry.Version, error) {
	var repeated bool
	for look := 1; ; look++ {
		versions, err := e.registry.Versions(ctx, wanted.Model)
		if err != nil {
			return registry.Version{}, errors.Join(cause, err)
		}
		if made, found := findMade(versions, before, wanted); found {
			return made, nil
		}
		if look < looks {
			e.pause(ctx, look) // The server may still be at work on the call that was cut off.
			continue
		}
		if repeated || ctx.Err() != nil {
			return registry.Version{}, cause
		}
		repeated, look = true, 0
		version, err := e.registry.CreateVersion(ctx, wanted)
		if err == nil {
			return version, nil
		}
		cause = errors.Join(cause, err)
		if !errors.Is(err, registry.ErrOutcomeUnknown) {
			return registry.Version{}, cause
		}
	}
}

// findMade returns the lowest new version with the wanted content.
func findMade(versions, before []registry.Version, wanted registry.NewVersion) (registry.Version, bool) {
	for _, version := range versions {
		if _, old := registry.FindVersion(before, version.Number); !old && sameContent(version, wanted) {
			return version, true
		}
	}
	return registry.Version{}, false
}

// sameContent compares what the caller gave. A run that was not given may have been filled in by the server
// (MLflow takes it over from a models:/ source, and rewrites such a source to models:/NAME/NUMBER).
func sameContent(version registry.Version, wanted registry.NewVersion) bool {
	isModelSource := strings.HasPrefix(wanted.Source, "models:/")
	return (version.Source == wanted.Source || isModelSource) &&
		(version.RunID == wanted.RunID || wanted.RunID == "") &&
		version.RunLink == wanted.RunLink &&
		version.Description == wanted.Description &&
		version.Stage == registry.StageNone &&
		maps.Equal(version.Tags, wanted.Tags)
}

// WaitReady polls a version until it is READY, at growing intervals of up to five seconds. A registration that failed
// is a *NotReadyError with the registry's message; so is a context that ends first, joined with its cause.
func (e *Engine) WaitReady(ctx context.Context, version registry.Version) (registry.Version, error) {
	for interval := 200 * time.Millisecond; ; interval = min(2*interval, 5*time.Second) {
		notReady := &NotReadyError{
			Model: version.Model, Version: version.Number, Status: version.Status, Message: version.StatusMessage,
		}
		switch version.Status {
		case registry.StatusReady:
			return version, nil
		case registry.StatusFailed:
			return version, notReady
		}
		timer := time.NewTimer(interval)
		select {
		case <-ctx.Done():
			timer.Stop()
			return version, errors.Join(notReady, context.Cause(ctx))
		case <-timer.C:
		}
		now, err := e.registry.Version(ctx, version.Model, version.Number)
		if err != nil {
			return version, err
		}
		version = now
	}
}

// Reviewed returns the versions that going to stage would archive, as a plan shows them: the other holders in view, in
// ascending order, or none when the goal is not exclusive.
func Reviewed(view View, goal Goal) []registry.Number {
	if !goal.Exclusive() {
		return nil
	}
	return slices.Clone(view.Others(goal.Stage, goal.Version))
}

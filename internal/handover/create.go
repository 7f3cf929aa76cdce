package handover

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// UnfinishedTag marks a version from its registration until the resource that registered it is through (see Finish). Its
// value is drawn for each call. A version that still has such a value was left behind by a process that was killed; an empty
// one says nothing.
const UnfinishedTag = "mlregistry.unfinished"

// looks is how often a version whose creation was not answered is looked for, before it is created once more or given up.
const looks = 4

// Create registers a version exactly once. Before it does, it refuses with an *IntruderError if the goal's stage is
// held by a version that the reviewed plan does not archive, and with the errors of Check, so that a promotion which cannot
// happen leaves no version behind. (The goal's Version is ignored: there is no number yet.) When the answer is lost, the version that the lost
// call made is found by the value of UnfinishedTag. A version that a killed process left unfinished is taken instead of
// making a second one; its description and tags may differ from the wanted ones. Call Finish when all is done.
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
	left, isLeft := e.Unfinished(before, wanted, goal.Stage)
	goal.Version = left.Number
	if _, err := reviewed(before, goal); err != nil {
		return registry.Version{}, err
	}
	if err := Check(expected(wanted, left), goal); err != nil {
		return registry.Version{}, err
	}
	if isLeft {
		e.own(left)
		return left, nil
	}
	wanted.Tags = maps.Clone(wanted.Tags)
	if wanted.Tags == nil {
		wanted.Tags = make(map[string]string)
	}
	wanted.Tags[UnfinishedTag] = rand.Text()
	version, err := e.registry.CreateVersion(ctx, wanted)
	if err != nil && errors.Is(err, registry.ErrOutcomeUnknown) {
		ctx, cancel := withGrace(ctx)
		defer cancel()
		version, err = e.settleCreate(ctx, wanted, err)
	}
	if err == nil {
		e.own(version)
	}
	return version, err
}

// expected returns what Create's version will be when it goes to its stage. left is the zero version when none was left.
func expected(wanted registry.NewVersion, left registry.Version) registry.Version {
	version := registry.Version{
		Model: wanted.Model, Number: left.Number, Stage: cmp.Or(left.Stage, registry.StageNone), Status: registry.StatusReady,
		Tags: maps.Clone(left.Tags),
	}
	if version.Tags == nil {
		version.Tags = make(map[string]string)
	}
	maps.Copy(version.Tags, wanted.Tags)
	return version
}

// settleCreate finds out what became of a call whose answer was lost, and makes another if it came to nothing.
func (e *Engine) settleCreate(ctx context.Context, wanted registry.NewVersion, cause error) (registry.Version, error) {
	for repeated := false; ; repeated = true {
		for look := 1; look <= looks; look++ {
			versions, err := e.registry.Versions(ctx, wanted.Model)
			if err != nil {
				return registry.Version{}, errors.Join(cause, err)
			}
			for _, version := range versions {
				if version.Tags[UnfinishedTag] == wanted.Tags[UnfinishedTag] {
					return version, nil
				}
			}
			e.pause(ctx, look) // The server may still be at work on the call that was cut off.
		}
		if repeated || ctx.Err() != nil {
			return registry.Version{}, cause
		}
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

// Unfinished returns the version that a killed process left behind when it registered the wanted one, and whether there
// is one: it has the same origin, is where that process can have brought it (stage is what it was to go to), and is
// none that this process registered itself.
func (e *Engine) Unfinished(versions []registry.Version, wanted registry.NewVersion, stage registry.Stage) (registry.Version, bool) {
	for _, version := range versions {
		marked := version.Tags[UnfinishedTag] != ""
		reached := version.Stage == registry.StageNone || version.Stage == stage
		if marked && reached && sameOrigin(version, wanted) && !e.owns(version) {
			return version, true
		}
	}
	return registry.Version{}, false
}

// Finish takes the mark of Create away. Until then the version counts as left behind for other processes. Deleting a tag
// of a version takes more rights than registering one (MANAGE and EDIT, in MLflow's words): for a user without them the
// tag stays, and an empty value says that the version is through.
func (e *Engine) Finish(ctx context.Context, model string, number registry.Number) error {
	ctx, cancel := withGrace(ctx)
	defer cancel()
	err := e.registry.DeleteVersionTag(ctx, model, number, UnfinishedTag)
	if errors.Is(err, registry.ErrPermissionDenied) {
		return e.registry.SetVersionTag(ctx, model, number, UnfinishedTag, "")
	}
	return err
}

// sameOrigin compares what never changes of a version. A run that was not given may have been filled in by the server:
// MLflow takes it over from a models:/ source, and rewrites such a source to models:/NAME/NUMBER.
func sameOrigin(version registry.Version, wanted registry.NewVersion) bool {
	const models = "models:/"
	rewritten := strings.HasPrefix(wanted.Source, models) && strings.HasPrefix(version.Source, models)
	return (version.Source == wanted.Source || rewritten) && version.RunLink == wanted.RunLink &&
		(version.RunID == wanted.RunID || wanted.RunID == "")
}

// origin is a version as this process knows it.
type origin struct {
	model  string
	number registry.Number
}

// own remembers that a version was registered, or taken, by this process.
func (e *Engine) own(version registry.Version) {
	e.owned.Store(origin{version.Model, version.Number}, true)
}

func (e *Engine) owns(version registry.Version) bool {
	_, owned := e.owned.Load(origin{version.Model, version.Number})
	return owned
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

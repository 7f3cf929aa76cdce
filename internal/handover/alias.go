package handover

import (
	"context"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// AliasGoal is what the move of an alias is to bring about: Alias of Model points at Version.
type AliasGoal struct {
	// Model is the name of the registered model, Alias that of the alias.
	Model, Alias string
	// Version is where the alias is to point.
	Version registry.Number
	// From is where the reviewed plan saw the alias; 0 if there was none, or if it led to a version that was deleted.
	From registry.Number
	// Held says that the alias is in the Terraform state: it has to be where From says. One that is not is created, or taken over from
	// where From says.
	Held bool
	// RequireTags are tags that the version must have to get the alias. Without any, the version is read only where the look at the
	// model does not tell that it is READY.
	RequireTags map[string]string
}

// CheckAlias says whether a version may get an alias: it must be READY, and have the required tags. The error is a *NotReadyError
// or a *TagsError.
func CheckAlias(version registry.Version, goal AliasGoal) error {
	if version.Status != registry.StatusReady {
		return &NotReadyError{Model: version.Model, Version: version.Number, Status: version.Status, Message: version.StatusMessage}
	}
	if missing := lacking(version.Tags, goal.RequireTags); len(missing) > 0 {
		return &TagsError{Model: version.Model, Version: version.Number, Alias: goal.Alias, Lacking: missing}
	}
	return nil
}

// AliasOutcome is what the move of an alias left behind.
type AliasOutcome struct {
	// Moved is set if the alias was moved, or created; it is not set for one that was there before. From is where it was then; 0 if there
	// was none.
	Moved bool
	From  registry.Number
	// Overtaken is a version that somebody pointed the alias at while this client moved it, as a look has shown, and that it was or may have
	// been taken from; 0 otherwise. One that no look has shown cannot be named: the server answers nothing about it.
	Overtaken registry.Number
	// Model is the model as it was last read.
	Model registry.Model
	// At is when it ended, in the server's time.
	At time.Time
	// Unread is why the alias could not be read after the move, which the server had answered; nil when it was read.
	Unread error
}

// MoveAlias brings the goal about. Without faults it costs three requests: look, set, look; the read of the version where tags are
// required; and that and one more look for a version that is the latest of no stage. mayCreate is asked before an alias is created, with all aliases of the model; if it reports false, nothing is done, and
// the error is registry.ErrOtherSpelling. Errors before the first write are *AliasMovedError, *AliasTakenError, and those of CheckAlias; a
// later one is a *AliasDisplacedError or the registry's own.
func (e *Engine) MoveAlias(
	ctx context.Context, goal AliasGoal, mayCreate func(aliases map[string]registry.Number) bool,
) (AliasOutcome, error) {
	machine := NewAliasMachine(goal, 1+e.pacing.Repetitions)
	drive := &drive{Engine: e, ctx: ctx, model: goal.Model}
	defer drive.end()
	var event AliasEvent
	var model registry.Model
	for {
		action := machine.Next(event)
		switch {
		case action.Do == AliasFinish:
			action.Outcome.At, action.Outcome.Model = e.clock.ServerTime(), model
			return action.Outcome, action.Err
		case action.Do == AliasSet && machine.now == 0 && !drive.begun && !mayCreate(machine.aliases):
			return AliasOutcome{Model: model}, registry.ErrOtherSpelling
		}
		noLonger := !drive.lost.IsZero() && time.Since(drive.lost) >= e.lateness() // Before the look that may show it.
		event = drive.doAlias(goal, action, &model)
		event.Over, event.NoLonger = drive.ctx.Err() != nil, noLonger
	}
}

// doAlias does one action of an alias machine, and returns what came of it. It keeps what a look has read in model.
func (d *drive) doAlias(goal AliasGoal, action AliasAction, model *registry.Model) AliasEvent {
	switch action.Do {
	case AliasLook:
		found, err := d.registry.Model(d.ctx, goal.Model)
		if err == nil {
			*model = found
		}
		ready := make(map[registry.Number]bool)
		for number, status := range found.Latest {
			ready[number] = status == registry.StatusReady
		}
		return AliasEvent{Looked: err == nil, Aliases: found.Aliases, Ready: ready, Err: err}
	case AliasVersion:
		version, err := d.registry.Version(d.ctx, goal.Model, action.Version)
		return AliasEvent{Looked: err == nil, Version: version, Err: err}
	case AliasSet:
		if !d.begun {
			d.begun = true
			d.extend(withGrace(d.ctx))
		}
		err := d.registry.SetAlias(d.ctx, goal.Model, goal.Alias, action.Version)
		d.lost = time.Now()
		return AliasEvent{Err: err}
	default:
		d.pause(d.ctx, Action{Wait: action.Wait, Count: action.Count, RetryAfter: action.RetryAfter})
		return AliasEvent{}
	}
}

package aliasstages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// operation names a transition in errors.
const operation = "a transition kept as aliases"

// TransitionStage moves a version: see the package's description for the order of the requests. What comes before the request that moves
// it leaves the transition undone, for certain. What is taken from the version after that may stay behind: the transition is done.
func (r *Registry) TransitionStage(ctx context.Context, move registry.Transition) (registry.Version, error) {
	model, err := r.Client.Model(ctx, move.Model)
	if err != nil {
		return registry.Version{}, undone(err)
	}
	if alias, exclusive := r.mapping.Aliases[move.Stage]; exclusive {
		return r.promote(ctx, move, model, alias)
	}
	return r.demote(ctx, move, model)
}

// demote takes a version out of the stages that are aliases.
func (r *Registry) demote(ctx context.Context, move registry.Transition, model registry.Model) (registry.Version, error) {
	archives := move.Stage == registry.StageArchived
	if archives { // Shows nothing while the version has an alias.
		if err := r.archive(ctx, move.Model, move.Number); err != nil {
			return registry.Version{}, undone(err)
		}
	}
	if gone, err := r.release(ctx, move, model, move.Number); err != nil {
		if archives && gone == 0 {
			_ = r.restore(ctx, move.Model, move.Number)
		}
		return registry.Version{}, err
	}
	if !archives {
		if err := r.restore(ctx, move.Model, move.Number); err != nil {
			return registry.Version{}, err
		}
	}
	return r.done(move), nil
}

// promote moves a version to the stage that alias keeps.
func (r *Registry) promote(ctx context.Context, move registry.Transition, model registry.Model, alias string) (registry.Version, error) {
	leaves, err := r.leaves(ctx, move, model, alias)
	if err != nil {
		return registry.Version{}, err
	}
	// Of both aliases Production counts: what makes a version that has it go to Staging is that it loses it.
	demotes := move.Stage != registry.StageProduction
	if demotes {
		if _, err := r.release(ctx, move, model, move.Number); err != nil {
			return registry.Version{}, err
		}
	}
	if leaves != 0 && move.ArchiveExisting && r.mapping.Archived != "" {
		if err := r.archiveHolder(ctx, move, alias, leaves); err != nil {
			return registry.Version{}, err
		}
	}
	if model.Aliases[alias] != move.Number {
		if err := r.Client.SetAlias(ctx, move.Model, alias, move.Number); err != nil {
			return registry.Version{}, err
		}
	}
	// The version has the stage. What it, and the one that has left, had besides counts for nothing as long as it stays.
	if !demotes {
		_, _ = r.release(ctx, move, model, move.Number)
	}
	_ = r.restore(ctx, move.Model, move.Number)
	moved := r.done(move)
	if leaves != 0 && move.ArchiveExisting {
		_, _ = r.release(ctx, move, model, leaves)
		r.note(move.Model, registry.StageArchived, leaves)
	}
	return moved, nil
}

// leaves returns the version that loses the stage; 0 for none. A version that does not exist any more is none, nor is one that has
// Production as well, where the stage is Staging. One that the look of the handover has not seen is an error.
func (r *Registry) leaves(ctx context.Context, move registry.Transition, model registry.Model, alias string) (registry.Number, error) {
	holder := model.Aliases[alias]
	production := r.mapping.Aliases[registry.StageProduction]
	switch {
	case holder == 0, holder == move.Number, alias != production && model.Aliases[production] == holder:
		return 0, nil
	case !move.Looked, slices.Contains(move.Seen, holder):
		return holder, nil
	}
	_, err := r.Client.Version(ctx, move.Model, holder)
	switch {
	case errors.Is(err, registry.ErrNotFound): // MLflow before 3.17 keeps the aliases of a version that is deleted.
		return 0, nil
	case err != nil:
		return 0, undone(err)
	}
	return 0, moved(move.Model, alias, holder)
}

// moved is the error for an alias that somebody has moved since the look of the handover. Nothing was sent; a new look shows who has it.
func moved(model, alias string, holder registry.Number) error {
	return &registry.Error{
		Kind: registry.ErrUnavailable, Operation: operation,
		Message: fmt.Sprintf("the alias %q of model %q was moved since the last look, and is at version %s", alias, model, holder),
	}
}

// archiveHolder records that the version which has an alias is archived, and looks whether it has it still: the alias is set next.
func (r *Registry) archiveHolder(ctx context.Context, move registry.Transition, alias string, holder registry.Number) error {
	if err := r.archive(ctx, move.Model, holder); errors.Is(err, registry.ErrNotFound) {
		return nil
	} else if err != nil {
		return undone(err)
	}
	now, err := r.Client.Model(ctx, move.Model)
	if err != nil {
		return undone(err)
	}
	if at := now.Aliases[alias]; at != holder && at != move.Number {
		_ = r.restore(ctx, move.Model, holder)
		return moved(move.Model, alias, at)
	}
	return nil
}

// release takes from a version the aliases that keep other stages than the one it moves to, each after a look that shows it there still:
// one that somebody has moved meanwhile is theirs. It returns how many it took.
func (r *Registry) release(
	ctx context.Context, move registry.Transition, model registry.Model, number registry.Number,
) (taken int, err error) {
	for _, alias := range r.mapping.others(move.Stage, number, model.Aliases) {
		now, err := r.Client.Model(ctx, move.Model)
		if err != nil {
			return taken, undone(err)
		}
		if now.Aliases[alias] != number {
			continue
		}
		if err := r.Client.DeleteAlias(ctx, move.Model, alias); err != nil {
			return taken, err
		}
		taken++
	}
	return taken, nil
}

// archive records that a version is archived.
func (r *Registry) archive(ctx context.Context, model string, number registry.Number) error {
	if r.mapping.Archived == "" {
		return nil
	}
	return r.Client.SetVersionTag(ctx, model, number, r.mapping.Archived, string(registry.StageArchived))
}

// restore takes the record off. It asks first whether there is one: most versions were never archived, and some registries take a
// tag that is not there for an error.
func (r *Registry) restore(ctx context.Context, model string, number registry.Number) error {
	if r.mapping.Archived == "" {
		return nil
	}
	version, err := r.Client.Version(ctx, model, number)
	if err != nil {
		return err
	}
	if _, tagged := version.Tags[r.mapping.Archived]; !tagged {
		return nil
	}
	return r.Client.DeleteVersionTag(ctx, model, number, r.mapping.Archived)
}

// done returns the version as a transition leaves it.
func (r *Registry) done(move registry.Transition) registry.Version {
	return registry.Version{
		Model: move.Model, Number: move.Number, Stage: move.Stage, UpdatedAt: r.note(move.Model, move.Stage, move.Number),
	}
}

// undone returns an error of a request before the one that moves the version: whatever became of it, the version was not moved, and the
// transition can be sent again.
func undone(err error) error {
	answered, ok := errors.AsType[*registry.Error](err)
	if !ok || !answered.Unknown {
		return err
	}
	again := *answered
	again.Unknown, again.Kind = false, registry.ErrUnavailable
	return &again
}

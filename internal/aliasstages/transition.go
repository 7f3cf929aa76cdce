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

// TransitionStage moves a version: see the package's description for the order of the requests. The alias is sent once, and its
// failure is that of the transition; one that comes before it leaves the transition undone, for certain. What is taken from the version
// after it may stay behind: the transition is done.
func (r *Registry) TransitionStage(ctx context.Context, move registry.Transition) (registry.Version, error) {
	model, err := r.Client.Model(ctx, move.Model)
	if err != nil {
		return registry.Version{}, undone(err)
	}
	if alias, exclusive := r.mapping.Aliases[move.Stage]; exclusive {
		return r.promote(ctx, move, model, alias)
	}
	archives := move.Stage == registry.StageArchived
	if archives {
		if err := r.archive(ctx, move.Model, move.Number); err != nil {
			return registry.Version{}, undone(err)
		}
	}
	for _, alias := range r.mapping.others(move.Stage, move.Number, model.Aliases) {
		if err := r.Client.DeleteAlias(ctx, move.Model, alias); err != nil {
			return registry.Version{}, err
		}
	}
	if !archives {
		if err := r.restore(ctx, move.Model, move.Number); err != nil {
			return registry.Version{}, err
		}
	}
	return r.done(move, move.Number), nil
}

// promote moves a version to the stage that alias keeps.
func (r *Registry) promote(ctx context.Context, move registry.Transition, model registry.Model, alias string) (registry.Version, error) {
	holder := model.Aliases[alias]
	leaves := holder != 0 && holder != move.Number
	if leaves && move.Looked && !slices.Contains(move.Seen, holder) {
		// Not sent, and to be tried again from a new look, which shows it.
		return registry.Version{}, &registry.Error{
			Kind: registry.ErrUnavailable, Operation: operation,
			Message: fmt.Sprintf("somebody has pointed the alias %q of model %q at version %s meanwhile", alias, move.Model, holder),
		}
	}
	if leaves && move.ArchiveExisting {
		if err := r.archive(ctx, move.Model, holder); err != nil && !errors.Is(err, registry.ErrNotFound) {
			return registry.Version{}, undone(err)
		}
	}
	if holder != move.Number {
		if err := r.Client.SetAlias(ctx, move.Model, alias, move.Number); err != nil {
			return registry.Version{}, err
		}
	}
	// The version has the stage. What it had before counts for nothing, and goes with its next move if it stays now.
	for _, other := range r.mapping.others(move.Stage, move.Number, model.Aliases) {
		_ = r.Client.DeleteAlias(ctx, move.Model, other)
	}
	_ = r.restore(ctx, move.Model, move.Number)
	moved := r.done(move, move.Number)
	if leaves && move.ArchiveExisting {
		r.note(move.Model, registry.StageArchived, holder)
	}
	return moved, nil
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
func (r *Registry) done(move registry.Transition, number registry.Number) registry.Version {
	return registry.Version{
		Model: move.Model, Number: number, Stage: move.Stage, UpdatedAt: r.note(move.Model, move.Stage, number),
	}
}

// undone returns an error of a request before the one that moves the version: whatever became of it, the version was not moved.
func undone(err error) error {
	answered, ok := errors.AsType[*registry.Error](err)
	if !ok || !answered.Unknown {
		return err
	}
	certain := *answered
	certain.Unknown = false
	return &certain
}

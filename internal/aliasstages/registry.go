package aliasstages

import (
	"context"
	"iter"
	"maps"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Registry is a registry whose stages are aliases. It is safe for concurrent use.
type Registry struct {
	registry.Client
	mapping Mapping
	clock   func() time.Time

	mu sync.Mutex
	// moved is when, and to which stage, this process has moved versions: a registry writes down neither.
	moved map[place]move
}

var _ registry.Client = (*Registry)(nil)

type place struct {
	model  string
	number registry.Number
}

type move struct {
	stage registry.Stage
	at    time.Time
}

// New returns target with the stages that mapping, which must be sound (Mapping.Check), gives to its versions. clock tells the
// registry's time.
func New(target registry.Client, mapping Mapping, clock func() time.Time) *Registry {
	return &Registry{Client: target, mapping: mapping, clock: clock, moved: make(map[place]move)}
}

// KeepsStagesAsAliases says that a change of an alias may change the stages of versions.
func (r *Registry) KeepsStagesAsAliases() bool { return true }

// Forget says that another walk begins, to the registry behind as well.
func (r *Registry) Forget() {
	r.mu.Lock()
	clear(r.moved)
	r.mu.Unlock()
	if target, ok := r.Client.(interface{ Forget() }); ok {
		target.Forget()
	}
}

// Versions returns the versions of a model with the stages that the aliases give them. It costs a request more than the registry
// behind takes. An error that comes together with versions there does here as well.
func (r *Registry) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	versions, err := r.Client.Versions(ctx, model)
	if len(versions) == 0 {
		return versions, err
	}
	found, modelErr := r.Client.Model(ctx, model)
	if modelErr != nil && found.Name == "" {
		return nil, modelErr
	}
	staged := make([]registry.Version, 0, len(versions))
	for _, version := range versions {
		staged = append(staged, r.staged(version, found.Aliases))
	}
	if err == nil {
		err = modelErr
	}
	return staged, err
}

// Version returns one version with its stage: see Versions.
func (r *Registry) Version(ctx context.Context, model string, number registry.Number) (registry.Version, error) {
	version, err := r.Client.Version(ctx, model, number)
	if version.Number == 0 {
		return version, err
	}
	found, modelErr := r.Client.Model(ctx, model)
	if modelErr != nil && found.Name == "" {
		return registry.Version{}, modelErr
	}
	if err == nil {
		err = modelErr
	}
	return r.staged(version, found.Aliases), err
}

// SearchVersions lists versions with their stages. The models are searched for first, with their aliases.
func (r *Registry) SearchVersions(ctx context.Context, search registry.Search) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		aliases := make(map[string]map[string]registry.Number)
		for version, err := range r.Client.SearchVersions(ctx, search) {
			if err != nil {
				yield(version, err)
				return
			}
			if len(aliases) == 0 {
				models := registry.Search{Model: search.Model, Models: search.Models, Prefix: search.Prefix}
				for model, err := range r.Client.SearchModels(ctx, models) {
					if err != nil {
						yield(registry.Version{}, err)
						return
					}
					aliases[model.Name] = model.Aliases
				}
			}
			if _, known := aliases[version.Model]; !known { // It was registered meanwhile, or a search leaves it out.
				model, err := r.Client.Model(ctx, version.Model)
				if err != nil {
					yield(registry.Version{}, err)
					return
				}
				aliases[version.Model] = model.Aliases
			}
			if !yield(r.staged(version, aliases[version.Model]), nil) {
				return
			}
		}
	}
}

// CreateVersion registers a version, which begins in None.
func (r *Registry) CreateVersion(ctx context.Context, version registry.NewVersion) (registry.Version, error) {
	created, err := r.Client.CreateVersion(ctx, version)
	r.drop(func(at place) bool { return at == place{created.Model, created.Number} })
	return r.staged(created, nil), err
}

// DeleteVersion deletes a version, and before it the aliases by which it has stages: MLflow before 3.17 keeps them.
func (r *Registry) DeleteVersion(ctx context.Context, model string, number registry.Number) error {
	found, err := r.Client.Model(ctx, model)
	if err != nil {
		return err
	}
	if _, err := r.release(ctx, registry.Transition{Model: model, Number: number}, found, number); err != nil {
		return err
	}
	r.drop(func(at place) bool { return at == place{model, number} })
	return r.Client.DeleteVersion(ctx, model, number)
}

// DeleteModel deletes a model and every version of it.
func (r *Registry) DeleteModel(ctx context.Context, name string) error {
	r.drop(func(at place) bool { return at.model == name })
	return r.Client.DeleteModel(ctx, name)
}

// drop forgets the moves of versions.
func (r *Registry) drop(which func(place) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.moved, func(at place, _ move) bool { return which(at) })
}

// DescribeVersion replaces a version's description.
func (r *Registry) DescribeVersion(ctx context.Context, model string, number registry.Number, description string) (registry.Version, error) {
	if _, err := r.Client.DescribeVersion(ctx, model, number, description); err != nil {
		return registry.Version{}, err
	}
	return r.Version(ctx, model, number)
}

// staged returns a version as the mapping shows it. One that this process has moved was updated then; where no tag records Archived, it
// is there as far as this process is concerned.
func (r *Registry) staged(version registry.Version, aliases map[string]registry.Number) registry.Version {
	version = r.mapping.staged(version, aliases)
	r.mu.Lock()
	defer r.mu.Unlock()
	last, ours := r.moved[place{version.Model, version.Number}]
	if !ours {
		return version
	}
	if last.at.After(version.UpdatedAt) {
		version.UpdatedAt = last.at
	}
	if r.mapping.Archived == "" && version.Stage == registry.StageNone && last.stage == registry.StageArchived {
		version.Stage = registry.StageArchived
	}
	return version
}

// note remembers that versions of a model were moved to a stage, and returns when.
func (r *Registry) note(model string, stage registry.Stage, numbers ...registry.Number) time.Time {
	at := r.clock().Truncate(time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, number := range numbers {
		r.moved[place{model, number}] = move{stage, at}
	}
	return at
}

package ownwrites_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// replica is a registry whose reads come from a copy that lags behind its writes, by as much as each kind of read is set to. It is a
// mock because its time is the bubble's; real ones are in the acceptance tests (BACKEND=postgres-replica).
type replica struct {
	registry.Client // For what is not used here.

	mu sync.Mutex
	// lag is how far behind reads are, of all of them ("") or of one kind of request, such as "get" or "versions".
	lag map[string]time.Duration
	// takes is how long a read is on its way.
	takes time.Duration
	// slow is how much the clock of the server goes wrong that answers the next write.
	slow time.Duration
	// past are the contents of the registry after each write.
	past []content
	// requests are what was asked for.
	requests []string
	// outcome is what the next write comes to, after it was done; skip says that it is not.
	outcome error
	skip    bool
	// checksModel answers writes of tags and aliases as MLflow 3.17 does: when they are done, the model is looked for in the copy.
	checksModel bool
	// ignoresFlag leaves the versions where they are that a transition is to archive.
	ignoresFlag bool
	// withoutTimes leaves times of updates out.
	withoutTimes bool
	// changes counts the writes, so that no two have the same time.
	changes int
}

// content is what a registry holds from a moment on.
type content struct {
	since  time.Time
	models map[string]*shelf
}

type shelf struct {
	registry.Model
	versions map[registry.Number]registry.Version
	last     registry.Number
}

func newReplica(lag time.Duration) *replica {
	return &replica{lag: map[string]time.Duration{"": lag}}
}

func (c content) clone() map[string]*shelf {
	models := make(map[string]*shelf)
	for name, old := range c.models {
		copied := *old
		copied.Tags, copied.Aliases = maps.Clone(old.Tags), maps.Clone(old.Aliases)
		copied.versions = make(map[registry.Number]registry.Version)
		for number, version := range old.versions {
			version.Tags = maps.Clone(version.Tags)
			copied.versions[number] = version
		}
		models[name] = &copied
	}
	return models
}

// read returns what a request of a kind is answered from.
func (r *replica) read(kind, request string) content {
	time.Sleep(r.takes) // In the bubble's own time.
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	lag, ok := r.lag[kind]
	if !ok {
		lag = r.lag[""]
	}
	return r.at(time.Now().Add(-lag))
}

func (r *replica) at(moment time.Time) content {
	for _, c := range slices.Backward(r.past) {
		if !c.since.After(moment) {
			return c
		}
	}
	return content{}
}

// change makes a write, with the time of the server's clock.
func (r *replica) change(request string, act func(models map[string]*shelf, now time.Time) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	if r.skip {
		r.skip = false
		return r.outcome
	}
	r.changes++
	models := r.at(time.Now()).clone()
	now := time.Now().Add(time.Duration(r.changes)*time.Microsecond - r.slow)
	if r.withoutTimes {
		now = time.Time{}
	}
	if err := act(models, now); err != nil {
		return err
	}
	r.past = append(r.past, content{time.Now(), models})
	outcome := r.outcome
	r.outcome = nil
	return outcome
}

// asked returns the requests so far, and forgets them.
func (r *replica) asked() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := strings.Join(r.requests, "; ")
	r.requests = nil
	return asked
}

func missing(what string) error { return fmt.Errorf("%s: %w", what, registry.ErrNotFound) }

func (r *replica) Model(_ context.Context, name string) (registry.Model, error) {
	if model, ok := r.read("get", "get "+name).models[name]; ok {
		return model.Model, nil
	}
	return registry.Model{}, missing(name)
}

func (r *replica) Version(_ context.Context, name string, number registry.Number) (registry.Version, error) {
	if model, ok := r.read("version", fmt.Sprintf("version %s/%s", name, number)).models[name]; ok {
		if version, ok := model.versions[number]; ok {
			return version, nil
		}
	}
	return registry.Version{}, missing(name)
}

func (s *shelf) sorted() []registry.Version {
	versions := slices.Collect(maps.Values(s.versions))
	registry.SortVersions(versions)
	return versions
}

func (r *replica) Versions(_ context.Context, name string) ([]registry.Version, error) {
	if model, ok := r.read("versions", "versions "+name).models[name]; ok {
		return model.sorted(), nil
	}
	return nil, nil
}

// covered returns the models that a search covers, by name.
func (r *replica) covered(kind string, search registry.Search) []*shelf {
	models := r.read(kind, kind+" "+strings.Join(search.Models, ",")+search.Model+search.Prefix).models
	var covered []*shelf
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if (len(search.Models) == 0 || slices.Contains(search.Models, name)) && (search.Model == "" || search.Model == name) &&
			strings.HasPrefix(name, search.Prefix) {
			covered = append(covered, models[name])
		}
	}
	return covered
}

func (r *replica) SearchModels(_ context.Context, search registry.Search) iter.Seq2[registry.Model, error] {
	return func(yield func(registry.Model, error) bool) {
		for _, model := range r.covered("models", search) {
			if !yield(model.Model, nil) {
				return
			}
		}
	}
}

func (r *replica) SearchVersions(_ context.Context, search registry.Search) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		for _, model := range r.covered("search", search) {
			for _, version := range slices.Backward(model.sorted()) {
				if !yield(version, nil) {
					return
				}
			}
		}
	}
}

func (r *replica) CreateModel(_ context.Context, wanted registry.NewModel) (created registry.Model, err error) {
	err = r.change("create "+wanted.Name, func(models map[string]*shelf, now time.Time) error {
		created = registry.Model{Name: wanted.Name, Description: wanted.Description, Tags: wanted.Tags, CreatedAt: now, UpdatedAt: now}
		models[wanted.Name] = &shelf{Model: created, versions: make(map[registry.Number]registry.Version)}
		return nil
	})
	return created, err
}

// inModel changes a model that exists.
func (r *replica) inModel(request, name string, act func(model *shelf, now time.Time)) error {
	return r.change(request, func(models map[string]*shelf, now time.Time) error {
		model, ok := models[name]
		if !ok {
			return missing(name)
		}
		act(model, now)
		return nil
	})
}

// checked is inModel for a write after which MLflow looks whether the model is a prompt.
func (r *replica) checked(request, name string, act func(model *shelf, now time.Time)) error {
	if err := r.inModel(request, name, act); err != nil || !r.checksModel {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.at(time.Now().Add(-r.lag[""])).models[name]; !ok {
		return missing(name)
	}
	return nil
}

func (r *replica) DescribeModel(_ context.Context, name, text string) (described registry.Model, err error) {
	err = r.inModel("describe "+name, name, func(model *shelf, now time.Time) {
		model.Description, model.UpdatedAt = text, now
		described = model.Model
	})
	return described, err
}

func (r *replica) DeleteModel(_ context.Context, name string) error {
	return r.change("delete "+name, func(models map[string]*shelf, _ time.Time) error {
		delete(models, name)
		return nil
	})
}

// set puts a key into a map that may be nil.
func set[T any](all *map[string]T, key string, to T) {
	if *all == nil {
		*all = make(map[string]T)
	}
	(*all)[key] = to
}

func (r *replica) SetModelTag(_ context.Context, name, key, text string) error {
	return r.checked("tag "+name, name, func(model *shelf, _ time.Time) { set(&model.Tags, key, text) })
}

func (r *replica) DeleteModelTag(_ context.Context, name, key string) error {
	return r.checked("untag "+name, name, func(model *shelf, _ time.Time) { delete(model.Tags, key) })
}

func (r *replica) SetAlias(_ context.Context, name, alias string, number registry.Number) error {
	return r.checked("alias "+name, name, func(model *shelf, _ time.Time) { set(&model.Aliases, alias, number) })
}

func (r *replica) DeleteAlias(_ context.Context, name, alias string) error {
	return r.checked("unalias "+name, name, func(model *shelf, _ time.Time) { delete(model.Aliases, alias) })
}

func (r *replica) CreateVersion(_ context.Context, wanted registry.NewVersion) (created registry.Version, err error) {
	err = r.inModel("register "+wanted.Model, wanted.Model, func(model *shelf, now time.Time) {
		model.last++
		created = registry.Version{
			Model: wanted.Model, Number: model.last, Stage: registry.StageNone, Description: wanted.Description, Tags: wanted.Tags,
			CreatedAt: now, UpdatedAt: now,
		}
		model.versions[created.Number] = created
	})
	return created, err
}

// inVersion changes a version.
func inVersion(number registry.Number, act func(version *registry.Version, now time.Time)) func(*shelf, time.Time) {
	return func(model *shelf, now time.Time) {
		version := model.versions[number]
		act(&version, now)
		model.versions[number] = version
	}
}

func (r *replica) DescribeVersion(_ context.Context, name string, number registry.Number, text string) (described registry.Version, err error) {
	err = r.inModel("describe "+name, name, inVersion(number, func(version *registry.Version, now time.Time) {
		version.Description, version.UpdatedAt = text, now
		described = *version
	}))
	return described, err
}

func (r *replica) DeleteVersion(_ context.Context, name string, number registry.Number) error {
	return r.inModel("delete "+name, name, func(model *shelf, _ time.Time) {
		delete(model.versions, number)
		maps.DeleteFunc(model.Aliases, func(_ string, to registry.Number) bool { return to == number })
	})
}

func (r *replica) SetVersionTag(_ context.Context, name string, number registry.Number, key, text string) error {
	return r.checked("tag "+name, name, inVersion(number, func(version *registry.Version, _ time.Time) { set(&version.Tags, key, text) }))
}

func (r *replica) DeleteVersionTag(_ context.Context, name string, number registry.Number, key string) error {
	return r.checked("untag "+name, name, inVersion(number, func(version *registry.Version, _ time.Time) { delete(version.Tags, key) }))
}

func (r *replica) TransitionStage(_ context.Context, t registry.Transition) (moved registry.Version, err error) {
	err = r.inModel("move "+t.Model, t.Model, func(model *shelf, now time.Time) {
		for number, version := range model.versions {
			if t.ArchiveExisting && !r.ignoresFlag && number != t.Number && version.Stage == t.Stage {
				version.Stage, version.UpdatedAt = registry.StageArchived, now
				model.versions[number] = version
			}
		}
		inVersion(t.Number, func(version *registry.Version, now time.Time) {
			version.Stage, version.UpdatedAt = t.Stage, now
			moved = *version
		})(model, now)
	})
	return moved, err
}

package readcache_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// library is a registry of many models that notes its requests, can hold them back and can refuse. It is a mock because a
// test must stop a search at a certain moment.
type library struct {
	registry.Registry

	mu sync.Mutex
	// sizes are the models, with their numbers of versions. stage is the stage of all versions.
	sizes map[string]int
	stage registry.Stage
	// champions are where the alias of a model points, 1 where it was not set.
	champions map[string]registry.Number
	// requests are what was asked for, such as "get a", "versions a" and "search a,b".
	requests []string
	// read counts the versions that were answered.
	read int
	// takes is how long a request lasts, and eachModel and eachVersion what every one in its answer adds.
	takes, eachModel, eachVersion time.Duration
	// work is what Terraform does between two requests on average.
	work time.Duration
	// hold stops every request until it is closed, or its caller gives it up; refuse and fail answer searches over several models,
	// and everything.
	hold         chan struct{}
	refuse, fail error
	// failing are models whose requests fail with fail, in searches as well; empty for all.
	failing []string
	// most is how many models a search may name before refuse answers it, 0 for any number.
	most int
	// givenUp are the requests whose callers gave them up while they were held.
	givenUp []string
	// hidden models are left out of searches over several.
	hidden string
}

func newLibrary(sizes map[string]int) *library {
	return &library{sizes: sizes, stage: registry.StageStaging}
}

// numbered returns count models of the given size.
func numbered(count, size int) map[string]int {
	sizes := make(map[string]int)
	for number := range count {
		sizes[fmt.Sprintf("model-%04d", number)] = size
	}
	return sizes
}

// begin notes a request, waits as long as requests are held, and returns what the library holds after that.
func (l *library) begin(ctx context.Context, format string, args ...any) (registry.Stage, error) {
	l.mu.Lock()
	request := fmt.Sprintf(format, args...)
	l.requests = append(l.requests, request)
	hold, stage := l.hold, l.stage
	l.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			l.mu.Lock()
			l.givenUp = append(l.givenUp, request)
			l.mu.Unlock()
			return stage, ctx.Err()
		}
	}
	spend(ctx, l.takes)
	l.mu.Lock()
	defer l.mu.Unlock()
	concerned := len(l.failing) == 0 || slices.ContainsFunc(l.failing, func(name string) bool { return strings.Contains(request, name) })
	if err := ctx.Err(); err != nil || !concerned {
		return stage, err
	}
	return stage, l.fail
}

// spend passes time, in the bubble's own time, as long as the caller waits.
func spend(ctx context.Context, span time.Duration) {
	select {
	case <-time.After(span):
	case <-ctx.Done():
	}
}

func (l *library) Model(ctx context.Context, name string) (registry.Model, error) {
	_, err := l.begin(ctx, "get %s", name)
	if _, found := l.sizes[name]; !found && err == nil {
		err = registry.ErrNotFound
	}
	return l.model(name), err
}

func (l *library) model(name string) registry.Model {
	l.mu.Lock()
	defer l.mu.Unlock()
	champion := cmp.Or(l.champions[name], 1)
	return registry.Model{Name: name, Aliases: map[string]registry.Number{"champion": champion}, LatestVersion: registry.Number(l.sizes[name])} //nolint:gosec // Small.
}

func (l *library) Version(ctx context.Context, model string, number registry.Number) (registry.Version, error) {
	_, err := l.begin(ctx, "get %s/%s", model, number)
	return registry.Version{Model: model, Number: number}, err
}

func (l *library) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	stage, err := l.begin(ctx, "versions %s", model)
	return l.shelf(model, stage), err
}

func (l *library) shelf(model string, stage registry.Stage) []registry.Version {
	l.mu.Lock()
	defer l.mu.Unlock()
	var versions []registry.Version
	for number := range l.sizes[model] {
		versions = append(versions, registry.Version{Model: model, Number: registry.Number(number + 1), Stage: stage}) //nolint:gosec // Small.
	}
	l.read += len(versions)
	return versions
}

// refusal returns what a search is answered with instead of what it looks for; nil for nothing.
func (l *library) refusal(search registry.Search) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.most > 0 && len(search.Models) <= l.most {
		return nil
	}
	return l.refuse
}

// names returns the models that a search covers, in order.
func (l *library) names(search registry.Search) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(l.sizes)), func(name string) bool {
		return name == l.hidden || !strings.HasPrefix(name, search.Prefix) || len(search.Models) > 0 && !slices.Contains(search.Models, name)
	})
}

func (l *library) SearchModels(ctx context.Context, search registry.Search) iter.Seq2[registry.Model, error] {
	return func(yield func(registry.Model, error) bool) {
		_, err := l.begin(ctx, "models %s", cmp.Or(strings.Join(search.Models, ","), search.Prefix+"*"))
		if err = cmp.Or(err, l.refusal(search)); err != nil {
			yield(registry.Model{}, err)
			return
		}
		var found []registry.Model
		for _, name := range l.names(search) {
			found = append(found, l.model(name))
		}
		spend(ctx, time.Duration(len(found))*l.eachModel)
		for _, model := range found {
			if !yield(model, nil) {
				return
			}
		}
	}
}

func (l *library) SearchVersions(ctx context.Context, search registry.Search) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		stage, err := l.begin(ctx, "search %s", strings.Join(slices.Sorted(slices.Values(search.Models)), ","))
		if err = cmp.Or(err, l.refusal(search)); err != nil {
			yield(registry.Version{}, err)
			return
		}
		var found []registry.Version
		for _, name := range l.names(search) {
			versions := l.shelf(name, stage)
			slices.Reverse(versions)
			found = append(found, versions...)
		}
		if spend(ctx, time.Duration(len(found))*l.eachVersion); ctx.Err() != nil {
			yield(registry.Version{}, ctx.Err())
			return
		}
		for _, version := range found {
			if !yield(version, nil) {
				return
			}
		}
	}
}

func (l *library) SetAlias(_ context.Context, model, _ string, number registry.Number) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.champions = map[string]registry.Number{model: number}
	return nil
}

func (l *library) TransitionStage(_ context.Context, t registry.Transition) (registry.Version, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stage = t.Stage
	return registry.Version{Model: t.Model, Number: t.Number, Stage: t.Stage}, nil
}

// holdBack stops every request from now on until the returned function is called.
func (l *library) holdBack() (release func()) {
	hold := make(chan struct{})
	l.mu.Lock()
	l.hold = hold
	l.mu.Unlock()
	return func() {
		l.mu.Lock()
		l.hold = nil
		l.mu.Unlock()
		close(hold)
	}
}

// asked returns the requests so far, and forgets them.
func (l *library) asked() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := strings.Join(l.requests, "; ")
	l.requests = nil
	return asked
}

// readAll asks for the versions of models, all at once or a few callers at a time, and waits until all have come.
func readAll(t *testing.T, cache *readcache.Cache, target *library, callers int, models ...string) {
	t.Helper()
	queue := make(chan string)
	var readers sync.WaitGroup
	for range callers {
		readers.Go(func() {
			for model := range queue {
				versions, err := cache.Versions(t.Context(), model)
				if err != nil || len(versions) > 0 && (versions[0].Model != model || versions[0].Number != 1) {
					t.Errorf("versions of %s: %v, %v", model, versions, err)
				}
				time.Sleep(time.Duration((0.5 + rand.Float64()) * float64(target.work)))
			}
		})
	}
	for _, model := range models {
		queue <- model
	}
	close(queue)
	readers.Wait()
}

// startReading is readAll up to the moment when all wait, in a bubble of synctest.
func startReading(t *testing.T, cache *readcache.Cache, target *library, callers int, models ...string) {
	t.Helper()
	go readAll(t, cache, target, callers, models...)
	synctest.Wait()
}

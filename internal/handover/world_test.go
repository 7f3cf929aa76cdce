package handover

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// world is a registry of one model in memory. It is a mock, because these tests need what no real server offers: a
// fault or a rival at an exact place, thousands of times. It behaves as MLflow 3.17 was measured to behave; above all
// its archive_existing_versions looks for the holders first and archives them later, so that two calls can both win.
// Everything else is tested against real registries.
type world struct {
	registry.Registry // Panics for what the engine must not call.

	// mu guards what follows it while calls and late commits run side by side.
	mu       sync.Mutex
	clock    time.Time
	versions map[registry.Number]registry.Version
	log      []string

	// wanted is the last creation that was asked for, aliases are the model's.
	wanted  registry.NewVersion
	aliases map[string]registry.Number

	// step is called before each visible step of a call; the schedule of a race test is behind it.
	step func(what string)
	// fault decides what goes wrong with a write: an error instead of it, or after it.
	fault func(what string) (instead, after error)
	// ignoresFlag is a server that does not know archive_existing_versions.
	ignoresFlag bool
	// mayTie lets the clock stand still between two writes.
	mayTie func() bool
}

const testModel = "fraud"

func newWorld(stages ...registry.Stage) *world {
	w := &world{clock: time.UnixMilli(1_000_000), versions: make(map[registry.Number]registry.Version)}
	for index, stage := range stages {
		w.add(registry.Version{Source: fmt.Sprintf("s3://m/%d", index+1), Stage: stage, Status: registry.StatusReady})
	}
	return w
}

func (w *world) add(version registry.Version) registry.Version {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tick()
	version.Model, version.Number = testModel, registry.Number(len(w.versions)+1)
	version.CreatedAt, version.UpdatedAt = w.clock, w.clock
	w.versions[version.Number] = version
	return version
}

func (w *world) tick() {
	if w.mayTie == nil || !w.mayTie() {
		w.clock = w.clock.Add(time.Millisecond)
	}
}

// note writes down a call.
func (w *world) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, what)
}

// version returns a version as it is now.
func (w *world) version(number registry.Number) registry.Version {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.versions[number]
}

func (w *world) at(what string) {
	if w.step != nil {
		w.step(what)
	}
}

func (w *world) Versions(ctx context.Context, _ string) ([]registry.Version, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	w.at("read")
	w.note("read")
	if w.fault != nil {
		if instead, _ := w.fault("read"); instead != nil {
			return nil, instead
		}
	}
	return w.sorted(), nil
}

func (w *world) sorted() []registry.Version {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.SortedFunc(maps.Values(w.versions), func(a, b registry.Version) int { return int(a.Number - b.Number) })
}

func (w *world) TransitionStage(ctx context.Context, t registry.Transition) (registry.Version, error) {
	if ctx.Err() != nil {
		return registry.Version{}, ctx.Err()
	}
	what := fmt.Sprintf("%s->%s", t.Number, t.Stage)
	if t.ArchiveExisting {
		what += "!"
	}
	w.at(what)
	w.note(what)
	var instead, after error
	if w.fault != nil {
		instead, after = w.fault(what)
	}
	if instead != nil {
		return registry.Version{}, instead
	}
	var archived []registry.Number
	if t.ArchiveExisting && !w.ignoresFlag {
		archived = Observe(w.sorted()).Others(t.Stage, t.Number)
		w.at("commit " + what)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tick()
	for _, number := range archived {
		w.set(number, registry.StageArchived)
	}
	if _, found := w.versions[t.Number]; !found {
		return registry.Version{}, &registry.Error{Kind: registry.ErrNotFound, Message: "not found"}
	}
	w.set(t.Number, t.Stage)
	return w.versions[t.Number], after
}

func (w *world) set(number registry.Number, stage registry.Stage) {
	version := w.versions[number]
	version.Stage, version.UpdatedAt = stage, w.clock
	w.versions[number] = version
}

func (w *world) CreateVersion(_ context.Context, wanted registry.NewVersion) (registry.Version, error) {
	w.note("create")
	w.wanted = wanted
	var instead, after error
	if w.fault != nil {
		instead, after = w.fault("create")
	}
	if instead != nil {
		return registry.Version{}, instead
	}
	return w.add(registry.Version{
		Source: wanted.Source, RunID: wanted.RunID, RunLink: wanted.RunLink, Description: wanted.Description,
		Tags: wanted.Tags, Stage: registry.StageNone, Status: registry.StatusReady,
	}), after
}

func (w *world) Version(ctx context.Context, _ string, number registry.Number) (registry.Version, error) {
	if ctx.Err() != nil {
		return registry.Version{}, ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	version, found := w.versions[number]
	if !found {
		return registry.Version{}, &registry.Error{Kind: registry.ErrNotFound, Message: "not found"}
	}
	return version, nil
}

func (w *world) Model(context.Context, string) (registry.Model, error) {
	return registry.Model{Name: testModel, Aliases: w.aliases}, nil
}

func (w *world) DeleteVersion(_ context.Context, _ string, number registry.Number) error {
	what := fmt.Sprintf("delete %s", number)
	w.at(what)
	w.note(what)
	var instead, after error
	if w.fault != nil {
		instead, after = w.fault(what)
	}
	if instead == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.versions, number)
		instead = after
	}
	return instead
}

func (w *world) SetVersionTag(_ context.Context, _ string, number registry.Number, key, value string) error {
	return w.tag(number, fmt.Sprintf("%s#%s", number, key), func(tags map[string]string) { tags[key] = value })
}

func (w *world) DeleteVersionTag(_ context.Context, _ string, number registry.Number, key string) error {
	return w.tag(number, fmt.Sprintf("%s#-%s", number, key), func(tags map[string]string) { delete(tags, key) })
}

func (w *world) tag(number registry.Number, what string, change func(map[string]string)) error {
	w.at(what)
	w.note(what)
	var instead, after error
	if w.fault != nil {
		instead, after = w.fault(what)
	}
	if instead != nil {
		return instead
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	version := w.versions[number]
	version.Tags = maps.Clone(version.Tags)
	if version.Tags == nil {
		version.Tags = make(map[string]string)
	}
	change(version.Tags)
	w.versions[number] = version
	return after
}

func (w *world) holders() []registry.Number {
	return registry.Holders(w.sorted(), registry.StageProduction)
}

// lost is the error of a write whose answer did not arrive.
func lost() error {
	return &registry.Error{Kind: registry.ErrInternal, Message: "connection reset", Operation: "POST", Unknown: true}
}

func refused() error {
	return &registry.Error{Kind: registry.ErrPermissionDenied, Status: 403, Message: "no", Operation: "POST"}
}

func newTestEngine(w *world, way Way) *Engine {
	// No commit comes late here: what is lost is decided by the next look.
	engine := New(w, way, WithPacing(registry.Pacing{Repetitions: 7, RequestTimeout: time.Nanosecond}))
	engine.pause = func(context.Context, Action) {}
	return engine
}

func toProduction(version registry.Number, reviewed ...registry.Number) Goal {
	return Goal{
		Model: testModel, Version: version, Stage: registry.StageProduction, ArchiveExisting: true, Reviewed: reviewed,
	}
}

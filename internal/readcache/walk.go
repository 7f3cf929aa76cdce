package readcache

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// few is how many models a walk asks for before the cache looks what other models there are: Terraform asks for ten at a
	// time, and one more shows that those were not all.
	few = 10
	// blind is how many searches are made before the next one waits for the list of models: it can answer many more with it.
	blind = 7
	// listPatience is how long it waits at most.
	listPatience = 5 * time.Second
)

// walk is what one walk of Terraform has read, and what it has learnt on the way: all that Forget drops.
type walk struct {
	searcher registry.Searcher // nil when the registry cannot search

	models   shelf[registry.Model]
	versions shelf[[]registry.Version]

	// over ends with the walk, and what nobody has asked for with it.
	over context.Context //nolint:containedctx // It is the life of the walk.
	end  context.CancelFunc

	mu sync.Mutex
	// first and last in the alphabet of all models that were asked for; wanted are those before the list began.
	first, last string
	wanted      map[string]bool
	listing     bool       // begun, and perhaps over
	awaited     bool       // the list is under way, and not for long yet
	catalogue   *catalogue // nil until the list is there
}

func newWalk(target registry.Registry) *walk {
	w := &walk{}
	w.over, w.end = context.WithCancel(context.Background())
	w.models.own, w.models.weigh = target.Model, func(registry.Model) int { return 1 }
	w.versions.own, w.versions.weigh = target.Versions, func(versions []registry.Version) int { return len(versions) }
	if searcher, ok := target.(registry.Searcher); ok {
		w.searcher = searcher
		w.models.search, w.versions.search = w.searchModels, w.searchVersions
		w.models.hold = func() bool { return w.awaits(w.models.spent.searches) }
		w.versions.hold = func() bool { return w.awaits(w.versions.spent.searches) }
		w.versions.ahead = w.ahead
	}
	return w
}

func (w *walk) searchModels(ctx context.Context, names []string) (map[string]registry.Model, error) {
	found := make(map[string]registry.Model, len(names))
	for model, err := range w.searcher.SearchModels(ctx, registry.Search{Models: names}) {
		if err != nil {
			return nil, err
		}
		found[model.Name] = model
	}
	return found, nil
}

func (w *walk) searchVersions(ctx context.Context, names []string) (map[string][]registry.Version, error) {
	found := make(map[string][]registry.Version, len(names))
	for version, err := range w.searcher.SearchVersions(ctx, registry.Search{Models: names}) {
		if err != nil {
			return nil, err
		}
		found[version.Model] = append(found[version.Model], version)
	}
	for _, versions := range found {
		registry.SortVersions(versions)
	}
	return found, nil
}

// note counts a model that is asked for, and lists the registry's models once there are more than a few. Nobody waits for
// the list: it runs beside what was asked for.
func (w *walk) note(ctx context.Context, model string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.first, w.last = min(cmp.Or(w.first, model), model), max(w.last, model)
	if w.searcher == nil || w.listing || w.wanted[model] {
		return
	}
	if w.wanted == nil {
		w.wanted = make(map[string]bool)
	}
	w.wanted[model] = true
	if len(w.wanted) > few {
		w.listing, w.awaited = true, true
		time.AfterFunc(listPatience, w.proceed)
		go w.list(context.WithoutCancel(ctx), commonPrefix(w.wanted))
	}
}

// list reads the first page of the models whose names start with prefix. They serve those who ask for a model or an alias;
// their names and sizes tell which versions to read ahead. If the registry refuses, or takes too long, nothing is read ahead.
func (w *walk) list(ctx context.Context, prefix string) {
	defer w.proceed()
	ctx, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	defer context.AfterFunc(w.over, cancel)()
	begun := w.models.now()
	models := make(map[string]registry.Model)
	for model, err := range w.searcher.SearchModels(ctx, registry.Search{Prefix: prefix, PageSize: catalogueSize}) {
		if err != nil {
			return
		}
		if models[model.Name] = model; len(models) == catalogueSize {
			break
		}
	}
	w.models.stockAll(models, begun)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.catalogue = newCatalogue(models)
}

// awaits reports whether the next search, after so many, is to wait for the list of models. The caller may hold the mu of a shelf.
func (w *walk) awaits(searches int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.awaited && searches >= blind
}

// proceed ends the waiting for the list: it is there, refused, or takes long.
func (w *walk) proceed() {
	w.mu.Lock()
	w.awaited = false
	w.mu.Unlock()
	w.models.proceed()
	w.versions.proceed()
}

// ahead chooses the models whose versions are read together with those that were asked for. What that
// costs is bounded by what was asked for so far, so that guessing wrong costs little; a model larger than that is left alone.
// The caller holds the mu of versions.
func (w *walk) ahead(asked []string, room int) (more []string, versions int) {
	w.mu.Lock()
	listed, first, last := w.catalogue, w.first, w.last
	w.mu.Unlock()
	if listed == nil || w.over.Err() != nil {
		return nil, 0
	}
	spent := w.versions.spent
	budget := min(maxAhead, stake*(spent.searches*searchWeight+spent.versions)) - spent.ahead
	more = listed.near(asked, first, last, func(model string, newest int) (take, enough bool) {
		if budget <= 0 || room <= 0 {
			return false, true
		}
		if newest == 0 || newest > budget || inURL(model) > room || !listable(model) || w.versions.stocked(model) {
			return false, false
		}
		budget -= newest
		versions += newest
		room -= inURL(model)
		return true, false
	})
	return more, versions
}

// commonPrefix returns what all names start with.
func commonPrefix(names map[string]bool) string {
	prefix, first := "", true
	for name := range names {
		if first {
			prefix, first = name, false
		}
		for !strings.HasPrefix(name, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return strings.ToValidUTF8(prefix, "")
}

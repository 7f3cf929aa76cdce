package readcache

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// few is how many models a walk asks for before the cache looks what other models there are: Terraform asks for ten at a
	// time, and one more shows that those were not all.
	few = 10
	// catalogueSize is how many models are listed at most: one page of MLflow's.
	catalogueSize = 1000
	// blind is how many searches are made before the next one waits for the list of models: it can answer many more with it.
	blind = 7
	// listPatience is how long it waits at most.
	listPatience = 5 * time.Second
	// searchWeight is what a search costs besides its versions, counted in versions. Measured on MLflow 3.17 with
	// PostgreSQL: 55 ms a request, 0.16 ms a version.
	searchWeight = 350
	// stake is how often what was asked for may be spent on reading ahead.
	stake = 2
	// maxAhead is how many versions are read at most before anybody asks for them.
	maxAhead = 20_000
)

// catalogue is which models a registry has, as far as they were listed. Terraform asks for ten models at a time and tells
// nobody which come next, but they are among these.
type catalogue struct {
	// names are in order. place finds a name, newest the greatest version number that the listing named.
	names  []string
	place  map[string]int
	newest map[string]int
}

func newCatalogue(models map[string]registry.Model) *catalogue {
	c := &catalogue{place: make(map[string]int, len(models)), newest: make(map[string]int, len(models))}
	for name, model := range models {
		c.names = append(c.names, name)
		c.newest[name] = int(model.LatestVersion) //nolint:gosec // A size; MLflow numbers versions with 32 bits.
	}
	slices.Sort(c.names)
	for place, name := range c.names {
		c.place[name] = place
	}
	return c
}

// near returns names of the catalogue that want accepts. Those between first and last come before others, for what belongs to one
// team is often named alike: of them those next to asked ones, of the others those next to first and last. want is asked once for
// each name, and ends the choice with enough.
func (c *catalogue) near(asked []string, first, last string, want func(model string, newest int) (take, enough bool)) []string {
	var places []int
	for _, model := range asked {
		if place, listed := c.place[model]; listed {
			places = append(places, place)
		}
	}
	if len(places) == 0 {
		return nil
	}
	slices.Sort(places)
	begin, _ := slices.BinarySearch(c.names, first)
	end, _ := slices.BinarySearch(c.names, last)
	var near []string
	tried := make(map[int]bool, len(c.names))
	for _, part := range []struct {
		around   []int
		from, to int
	}{{places, begin, end}, {[]int{begin, end}, 0, len(c.names) - 1}} {
		for distance := range len(c.names) {
			for _, place := range part.around {
				for _, next := range []int{place - distance, place + distance} {
					if next < part.from || next > min(part.to, len(c.names)-1) || tried[next] {
						continue
					}
					tried[next] = true
					take, enough := want(c.names[next], c.newest[c.names[next]])
					if enough {
						return near
					}
					if take {
						near = append(near, c.names[next])
					}
				}
			}
		}
	}
	return near
}

// note counts a model that is asked for, and lists the registry's models once there are more than a few. Nobody waits for
// the list: it runs beside what was asked for.
func (c *Cache) note(ctx context.Context, model string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.first, c.last = min(cmp.Or(c.first, model), model), max(c.last, model)
	if c.searcher == nil || c.listing || c.wanted[model] {
		return
	}
	if c.wanted == nil {
		c.wanted = make(map[string]bool)
	}
	c.wanted[model] = true
	if len(c.wanted) > few {
		c.listing, c.awaited = true, true
		time.AfterFunc(listPatience, c.proceed)
		go c.list(context.WithoutCancel(ctx), commonPrefix(c.wanted))
	}
}

// list reads the first page of the models whose names start with prefix. They serve those who ask for a model or an alias;
// their names and sizes tell which versions to read ahead. If the registry refuses, nothing is read ahead.
func (c *Cache) list(ctx context.Context, prefix string) {
	defer c.proceed()
	begun := c.models.now()
	models := make(map[string]registry.Model)
	for model, err := range c.searcher.SearchModels(ctx, registry.Search{Prefix: prefix, PageSize: catalogueSize}) {
		if err != nil {
			return
		}
		if models[model.Name] = model; len(models) == catalogueSize {
			break
		}
	}
	c.models.stockAll(models, begun)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catalogue = newCatalogue(models)
}

// awaits reports whether the next search, after so many, is to wait for the list of models. The caller may hold the mu of a shelf.
func (c *Cache) awaits(searches int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.awaited && searches >= blind
}

// proceed ends the waiting for the list: it is there, refused, or takes long.
func (c *Cache) proceed() {
	c.mu.Lock()
	c.awaited = false
	c.mu.Unlock()
	c.models.proceed()
	c.versions.proceed()
}

// ahead chooses the models whose versions are read together with those that were asked for. What that
// costs is bounded by what was asked for so far, so that guessing wrong costs little; a model larger than that is left alone. The caller holds the mu of versions.
func (c *Cache) ahead(asked []string, room int) (more []string, versions int) {
	c.mu.Lock()
	listed, first, last := c.catalogue, c.first, c.last
	c.mu.Unlock()
	if listed == nil {
		return nil, 0
	}
	spent := c.versions.spent
	budget := min(maxAhead, stake*(spent.searches*searchWeight+spent.versions)) - spent.ahead
	more = listed.near(asked, first, last, func(model string, newest int) (take, enough bool) {
		if budget <= 0 || room <= 0 {
			return false, true
		}
		if newest == 0 || newest > budget || inURL(model) > room || !listable(model) || c.versions.stocked(model) {
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

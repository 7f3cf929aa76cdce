package readcache

import (
	"context"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// few is how many models a walk asks for before the cache looks what other models there are.
	few = 16
	// catalogueSize is how many models are listed at most: one page of MLflow's.
	catalogueSize = 1000
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

// near returns names of the catalogue that want accepts, those next to asked ones first: what belongs to one team is often
// named alike. want is asked once for each name, and ends the choice with enough.
func (c *catalogue) near(asked []string, want func(model string, newest int) (take, enough bool)) []string {
	var places []int
	for _, model := range asked {
		if place, listed := c.place[model]; listed {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	tried := make(map[int]bool, len(c.names))
	var near []string
	for distance := 0; len(places) > 0 && distance < len(c.names); distance++ {
		for _, place := range places {
			for _, next := range []int{place - distance, place + distance} {
				if next < 0 || next >= len(c.names) || tried[next] {
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
	return near
}

// note counts a model that is asked for, and lists the registry's models once there are more than a few. Nobody waits for
// the list: it runs beside what was asked for.
func (c *Cache) note(ctx context.Context, model string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.searcher == nil || c.listing || c.wanted[model] {
		return
	}
	if c.wanted == nil {
		c.wanted = make(map[string]bool)
	}
	c.wanted[model] = true
	if len(c.wanted) > few {
		c.listing = true
		go c.list(context.WithoutCancel(ctx), commonPrefix(c.wanted))
	}
}

// list reads the first page of the models whose names start with prefix. They serve those who ask for a model or an alias;
// their names and sizes tell which versions to read ahead. If the registry refuses, nothing is read ahead.
func (c *Cache) list(ctx context.Context, prefix string) {
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

// ahead chooses the models whose versions are read together with those that were asked for. What that
// costs is bounded by what was asked for so far, so that guessing wrong costs little; a model larger than that is left alone. The caller holds the mu of versions.
func (c *Cache) ahead(asked []string, room int) []string {
	c.mu.Lock()
	listed := c.catalogue
	c.mu.Unlock()
	if listed == nil {
		return nil
	}
	spent := c.versions.spent
	budget := min(maxAhead, stake*(spent.searches*searchWeight+spent.versions)) - spent.ahead
	return listed.near(asked, func(model string, newest int) (take, enough bool) {
		if budget <= 0 || room <= 0 {
			return false, true
		}
		if newest == 0 || newest > budget || inURL(model) > room || !listable(model) || c.versions.stocked(model) {
			return false, false
		}
		budget -= newest
		room -= inURL(model)
		return true, false
	})
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

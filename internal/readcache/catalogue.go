package readcache

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
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

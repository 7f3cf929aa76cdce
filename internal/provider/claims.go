package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// claims are the exclusive stages that the resources of one walk say their versions are to hold. Terraform plans
// resources one by one, in any order, and tells a provider neither their addresses nor when it is through: the later of
// two rivals finds the earlier one here. They cover what this process plans: not other provider aliases, not other
// states, and not resources left out with -target. The handover itself covers those.
type claims struct {
	mu      sync.Mutex
	held    map[place][]claim
	arrived chan struct{}
	// staged are the versions that a resource puts into a stage, and adopted those that one is new to, by model. What is
	// destroyed beside it, because it was replaced, renamed or changed to another type, leaves them alone.
	staged, adopted map[string][]registry.Number
	// doomed are the versions that are planned to be deleted, by model.
	doomed map[string][]registry.Number
}

// place is one exclusive stage of one model.
type place struct {
	model string
	stage registry.Stage
}

// claim is one resource's word on who is to hold a place.
type claim struct {
	// version is 0 for a version that is yet to be created.
	version registry.Number
	// source is the source of a version, where the resource has one: it tells a new version from another.
	source string
	// pointer is set for a resource that is nothing but this claim.
	pointer bool
	// changes is set when the resource is new, or when its version does not hold the place yet.
	changes bool
}

// String names the claimed version for people.
func (c claim) String() string {
	if c.version == 0 {
		return fmt.Sprintf("a new version from %s", c.source)
	}
	return "version " + c.version.String()
}

// wayOut says what a user can do about two claims that exclude each other.
func (c claim) wayOut(other claim) string {
	switch {
	case c.pointer && other.pointer:
		return "Keep one of the two " + modelStageType + "."
	case c.pointer || other.pointer:
		return "Leave the stage out of the " + modelVersionType + ", or remove the " + modelStageType + "."
	}
	return "Set the stage of the one that is to leave to \"Archived\", or leave its stage out; or set archive_existing_versions = false " +
		"on both to let them share the stage."
}

// same reports whether two claims mean one version. A resource that is replaced is planned twice, as it is and as new,
// with the same source.
func (c claim) same(other claim) bool {
	return c.version == other.version && (c.version != 0 || c.source == other.source) ||
		(c.version == 0) != (other.version == 0) && c.source != "" && c.source == other.source
}

// compare orders claims by version, new ones last and by source.
func (c claim) compare(other claim) int {
	return cmp.Or(cmp.Compare(uint64(c.version-1), uint64(other.version-1)), cmp.Compare(c.source, other.source))
}

// add notes a claim and returns the rivals of it: earlier claims that another version is to hold the same place, in
// ascending order.
func (c *claims) add(at place, made claim) []claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = make(map[place][]claim)
	}
	var rivals []claim
	for _, earlier := range c.held[at] {
		if !earlier.same(made) {
			rivals = append(rivals, earlier)
		}
	}
	c.held[at] = append(c.held[at], made)
	c.arrive()
	slices.SortFunc(rivals, claim.compare)
	return rivals
}

// elsewhere returns the other exclusive stage that a version is claimed for, and whether there is one. A version is in one
// stage at a time.
func (c *claims) elsewhere(at place, version registry.Number) (registry.Stage, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other, made := range c.held {
		if other.model == at.model && other.stage != at.stage && version != 0 &&
			slices.ContainsFunc(made, func(earlier claim) bool { return earlier.version == version }) {
			return other.stage, true
		}
	}
	return "", false
}

// stage notes that a resource puts a version into a stage.
func (c *claims) stage(model string, version registry.Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.staged == nil {
		c.staged = make(map[string][]registry.Number)
	}
	c.staged[model] = append(c.staged[model], version)
}

// adopt notes that a resource which is new to the state takes a version that exists.
func (c *claims) adopt(model string, version registry.Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.adopted == nil {
		c.adopted = make(map[string][]registry.Number)
	}
	c.adopted[model] = append(c.adopted[model], version)
}

// isStaged reports whether a resource planned in this process puts the version into a stage.
func (c *claims) isStaged(model string, version registry.Number) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.staged[model], version)
}

// isWanted reports whether a resource planned in this process puts the version into a stage, or adopts it.
func (c *claims) isWanted(model string, version registry.Number) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.staged[model], version) || slices.Contains(c.adopted[model], version)
}

// born tells the claims which number a new version got: from then on others claim it by its number.
func (c *claims) born(model, source string, number registry.Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for at, made := range c.held {
		for index := range made {
			if at.model == model && made[index].version == 0 && made[index].source == source {
				made[index].version = number
			}
		}
	}
}

// forget drops all claims.
func (c *claims) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.held)
	clear(c.staged)
	clear(c.adopted)
	clear(c.doomed)
}

// patience is how long a resource that leaves a stage waits for its successor to be planned, before it says that there
// is none, while nothing else is under way. Terraform plans up to ten resources at a time.
const patience = 250 * time.Millisecond

// successor reports whether a claim of the wanted kind is made for a place, now or within the patience.
func (c *claims) successor(ctx context.Context, at place, wanted func(claim) bool) bool {
	return c.await(ctx, func() bool { return slices.ContainsFunc(c.held[at], wanted) })
}

// afterDestroy reports whether a resource keeps the version of a destroyed one in a stage, and whether somebody holds its stage
// afterwards, now or within the patience.
func (c *claims) afterDestroy(ctx context.Context, at place, version registry.Number) (kept, held bool) {
	c.await(ctx, func() bool {
		kept = slices.Contains(c.staged[at.model], version)
		held = kept || len(c.held[at]) > 0
		return held
	})
	return kept, held
}

// doom notes a version that is planned to be deleted.
func (c *claims) doom(model string, version registry.Number) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.doomed == nil {
		c.doomed = make(map[string][]registry.Number)
	}
	c.doomed[model] = append(c.doomed[model], version)
	c.arrive()
}

// survivors returns those of a model's versions that are not planned to be deleted, now or within the patience.
func (c *claims) survivors(ctx context.Context, model string, versions []registry.Version) []registry.Version {
	var left []registry.Version
	c.await(ctx, func() bool {
		left = slices.DeleteFunc(slices.Clone(versions), func(v registry.Version) bool { return slices.Contains(c.doomed[model], v.Number) })
		return len(left) == 0
	})
	return left
}

// arrive wakes those who wait for something to be planned.
func (c *claims) arrive() {
	if c.arrived != nil {
		close(c.arrived)
		c.arrived = nil
	}
}

// await reports whether something is found, now or, as more is planned, within the patience. found is asked with the claims locked.
func (c *claims) await(ctx context.Context, found func() bool) bool {
	walk := walkOf(ctx)
	defer walk.pause()()
	for {
		c.mu.Lock()
		if found() {
			c.mu.Unlock()
			return true
		}
		if c.arrived == nil {
			c.arrived = make(chan struct{})
		}
		arrived := c.arrived
		c.mu.Unlock()
		rest, changed := walk.atRest()
		var late <-chan time.Time
		if rest {
			late = time.After(patience)
		}
		select {
		case <-arrived:
		case <-changed:
		case <-late:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

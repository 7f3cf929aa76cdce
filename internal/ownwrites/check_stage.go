package ownwrites

import (
	"slices"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// skew is how much longer than it lasted by the server's clock a stage is looked at that seems older than the own transition
// and is not the one before it.
const skew = 300 * time.Millisecond

// place is where a version was at a time of its last update.
type place struct {
	stage   registry.Stage
	updated time.Time
}

func placeOf(version registry.Version) place { return place{version.Stage, version.UpdatedAt} }

func (p place) same(other place) bool {
	return p.stage == other.stage && p.updated.Equal(other.updated)
}

// moved is a version that this process has moved. Registries write the time of the last update at each transition.
type moved struct {
	number registry.Number
	to     place
	// earlier is where it was before; known says that this is all of it.
	earlier []place
	known   bool
	// odd is a place that is neither, and since when it was seen.
	odd   place
	since time.Time
}

func (m *moved) compare(seen *sight) verdict {
	timed := !m.to.updated.IsZero()
	// What the same transition changed bears its time, for it is one transaction; what came later bears a later one.
	if timed && seen.view == ofVersions && slices.ContainsFunc(seen.versions, func(version registry.Version) bool {
		return !version.UpdatedAt.Before(m.to.updated)
	}) {
		return proves
	}
	version, found := seen.find(m.number)
	if !found {
		return silent
	}
	now := placeOf(version)
	switch {
	case timed && !now.updated.Before(m.to.updated):
		return proves
	case !timed && now.stage == m.to.stage:
		return fits
	case slices.ContainsFunc(m.earlier, now.same):
		return before
	case now.stage == m.to.stage:
		return fits
	case !m.known:
		m.earlier, m.known = append(m.earlier, now), true
		return before
	case !timed || now.updated.IsZero() || m.displaced(now, seen):
		return later
	}
	return m.third(now)
}

// displaced reports whether somebody's promotion has archived the version as a holder of the stage to which this process has moved it, and
// where it was not before.
func (m *moved) displaced(now place, seen *sight) bool {
	was := func(earlier place) bool { return earlier.stage == m.to.stage }
	return now.stage == registry.StageArchived && !slices.ContainsFunc(m.earlier, was) &&
		slices.ContainsFunc(seen.versions, func(version registry.Version) bool {
			return version.Stage == m.to.stage && version.UpdatedAt.Equal(now.updated)
		})
}

// third is for a place that is neither the one before nor the one to which the version was moved, at a time before that: another
// transition overtook this one, and the servers' clocks differ by a little; or somebody moved the version just before this
// process did, and the server's reads lag. Reads that lag show a place for as long as it lasted.
func (m *moved) third(now place) verdict {
	if !m.odd.same(now) {
		m.odd, m.since = now, time.Now()
	}
	if time.Since(m.since) > m.to.updated.Sub(now.updated)+skew {
		return later
	}
	return before
}

// left is a version that had the stage which another one has entered by a transition that archives. A server that ignores the flag
// leaves it there, which the list of versions shows.
type left struct {
	number registry.Number
	// was is where it was before, and updated the time of the transition.
	was     place
	updated time.Time
}

func (l *left) compare(seen *sight) verdict {
	version, found := seen.find(l.number)
	switch {
	case !found:
		return silent
	case !l.updated.IsZero() && !version.UpdatedAt.Before(l.updated):
		return proves
	case l.was.same(placeOf(version)):
		return before
	}
	return fits
}

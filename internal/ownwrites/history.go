package ownwrites

import (
	"maps"
	"slices"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// history is what this process has written to one model, as far as reads have not shown it yet, and what it last read of it.
type history struct {
	writes []*write
	// reads counts those that are under way.
	reads int
	// model and versions are the last ones that were read by a request of their own, seen are versions that were read one by
	// one, or came back from writes; nil for none.
	model    *registry.Model
	versions []registry.Version
	listed   bool
	seen     map[registry.Number]registry.Version
	// deleted says that this process has deleted a version, or may have: registries remove its aliases with it.
	deleted bool
}

// remember keeps what a read has shown, to tell what was there before the next write.
func (h *history) remember(shown *sight) {
	switch {
	case shown.missing:
	case shown.view == ofModel:
		model := shown.model
		h.model = &model
	case shown.view == ofVersions:
		h.versions, h.listed = shown.versions, true
	default:
		h.rememberVersion(shown.version)
	}
}

func (h *history) rememberVersion(version registry.Version) {
	if h.seen == nil {
		h.seen = make(map[registry.Number]registry.Version)
	}
	h.seen[version.Number] = version
}

// forgetReads drops what was read.
func (h *history) forgetReads() { h.model, h.versions, h.listed, h.seen = nil, nil, false, nil }

// known returns what was last read of a version: in a list, by itself, or both.
func (h *history) known(number registry.Number) []registry.Version {
	var known []registry.Version
	if version, listed := registry.FindVersion(h.versions, number); listed {
		known = append(known, version)
	}
	if version, seen := h.seen[number]; seen {
		known = append(known, version)
	}
	return known
}

// holders returns the versions that were in a stage when they were last read.
func (h *history) holders(of registry.Stage) []registry.Version {
	last := make(map[registry.Number]registry.Version)
	for _, version := range h.versions {
		last[version.Number] = version
	}
	for number, version := range h.seen {
		if listed, ok := last[number]; !ok || !version.UpdatedAt.Before(listed.UpdatedAt) {
			last[number] = version
		}
	}
	holders := slices.Collect(maps.Values(last))
	holders = slices.DeleteFunc(holders, func(version registry.Version) bool { return version.Stage != of })
	registry.SortVersions(holders)
	return holders
}

// last returns the last write to an object that reads have not shown everywhere yet; nil for none.
func (h *history) last(of object) *write {
	for _, w := range h.writes {
		if w.object == of && w.replaced == 0 {
			return w
		}
	}
	return nil
}

// drop forgets the writes for which unneeded returns true.
func (h *history) drop(unneeded func(*write) bool) { h.writes = slices.DeleteFunc(h.writes, unneeded) }

// replace says that a write of the given order has taken the place of those for which undone returns true.
func (h *history) replace(order int, undone func(*write) bool) {
	for _, w := range h.writes {
		if w.replaced == 0 && undone(w) {
			w.replaced = order
		}
	}
}

// add takes a write in. Reads wait for it as long as patience.
func (h *history) add(w *write, order int) {
	h.replace(order, func(other *write) bool { return other.object == w.object })
	w.order, w.due = order, time.Now().Add(patience)
	h.writes = append(h.writes, w)
}

// pending reports whether there is a write that reads may not show yet.
func (h *history) pending() bool {
	return slices.ContainsFunc(h.writes, func(w *write) bool { return w.replaced == 0 })
}

// compare returns the writes that a read should have shown and has not. It leaves out those that ended after the read began, which
// was when upTo writes had ended. What the read has shown is not waited for any more in its view.
func (h *history) compare(shown *sight, upTo int) (missed []*write) {
	proof := 0
	changed := make(map[*write]bool)
	for _, w := range h.writes {
		if !w.binds(upTo) || !w.concerns(shown) {
			continue
		}
		switch w.check.compare(shown) {
		case proves:
			proof = max(proof, w.order)
			w.see(shown.view)
		case fits:
			w.see(shown.view)
		case later:
			changed[w] = true
		case before:
			missed = append(missed, w)
		}
	}
	// Whoever answered has seen the write that is proved, and with it all that came before: what is not shown was undone since.
	now := time.Now()
	missed = slices.DeleteFunc(missed, func(w *write) bool {
		undone := w.order < proof || w.believed(now)
		w.awaited = true
		changed[w] = changed[w] || undone
		return undone
	})
	h.drop(func(w *write) bool { return w.unseen == 0 || changed[w] })
	return missed
}

// misses reports whether a part of a list does not show a write that had ended when the list began.
func (h *history) misses(shown *sight, upTo int) bool {
	return slices.ContainsFunc(h.writes, func(w *write) bool {
		return w.binds(upTo) && w.concerns(shown) && w.check.compare(shown) == before
	})
}

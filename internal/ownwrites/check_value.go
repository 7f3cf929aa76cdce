package ownwrites

import (
	"slices"
	"time"
)

// written is a tag, an alias or a description that this process has set or removed.
type written struct {
	want value
	// updated is the time of the last update that the registry wrote with it; zero where it writes none.
	updated time.Time
	// earlier are the values that were there before; known says that these are all.
	earlier []value
	known   bool
	// of returns the value that a read has shown, with the time of the last update, and whether it has shown any.
	of func(seen *sight) (value, time.Time, bool)
}

func (w *written) compare(seen *sight) verdict {
	now, updated, shown := w.of(seen)
	if !shown {
		return silent
	}
	wasThere := slices.ContainsFunc(w.earlier, now.same)
	switch {
	case !w.updated.IsZero() && !updated.Before(w.updated):
		return proves
	case now.same(w.want) && (wasThere || !w.known):
		return fits
	case now.same(w.want):
		return proves
	case wasThere:
		return before
	case !w.known: // What is shown first, and is not what was written, counts as what was there before.
		w.earlier, w.known = append(w.earlier, now), true
		return before
	}
	return later
}

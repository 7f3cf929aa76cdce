package ownwrites

import (
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// write is one thing that a successful write of this process has changed, and that reads have to show.
type write struct {
	// object is what was changed; a later write to the same object takes the place of this one.
	object object
	// what says it for people.
	what string
	// order counts the writes of this process, in the order in which they ended. replaced is the order of the one that took the
	// place of this one, 0 for none: reads that began before that are still to show this one.
	order, replaced int
	// due is until when reads wait for it.
	due time.Time
	// unseen are the views that have not shown it yet. shown says that one has.
	unseen view
	shown  bool
	// awaited says that a read has waited for it, past that it was done in an earlier walk.
	awaited, past bool
	check         check
}

// object names what a write changes. The zero number is the model itself.
type object struct {
	kind   kind
	number registry.Number
	key    string
}

type kind string

const (
	existence   kind = "existence"
	stage       kind = "stage"
	departure   kind = "departure"
	description kind = "description"
	tag         kind = "tag"
	alias       kind = "alias"
)

// check compares what a read has shown with a write.
type check interface{ compare(seen *sight) verdict }

// binds reports whether a read has to show the write that began when upTo writes had ended.
func (w *write) binds(upTo int) bool {
	return w.order <= upTo && (w.replaced == 0 || upTo < w.replaced)
}

// concerns reports whether a sight can say anything of a write.
func (w *write) concerns(seen *sight) bool {
	return w.unseen&seen.view != 0 && (seen.view != ofVersion || w.object.number == 0 || w.object.number == seen.number)
}

// see notes that a view has shown the write.
func (w *write) see(through view) {
	w.shown = true
	w.unseen &^= through
}

// believed reports whether reads that do not show the write are taken at their word by now: nothing says that reads lag for so long, or
// there is nobody whom this would be held against. Somebody may have undone the write.
func (w *write) believed(now time.Time) bool {
	return !now.Before(w.due) && (w.shown || w.past || !w.awaited)
}

// pointsAt reports whether a write points an alias at a version.
func (w *write) pointsAt(number registry.Number) bool {
	check, ok := w.check.(*written)
	return ok && w.object.kind == alias && check.want.text == number.String()
}

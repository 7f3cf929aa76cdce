package claim

import (
	"context"
	"sync"
)

// Walk counts the requests of Terraform that a process is at work on. Terraform says neither what else it is going to plan nor when
// it is through, but what it has asked for and has no answer to yet, such as a read that takes long, may bring what another request waits for.
type Walk struct {
	mu       sync.Mutex
	underway int
	changed  chan struct{}
}

type walkKey struct{}

// walkOf returns the walk that a request is part of; a nil one counts nothing and is always at rest.
func walkOf(ctx context.Context) *Walk {
	w, _ := ctx.Value(walkKey{}).(*Walk)
	return w
}

// Begin counts a request, until end is called.
func (w *Walk) Begin(ctx context.Context) (within context.Context, end func()) {
	w.add(1)
	return context.WithValue(ctx, walkKey{}, w), func() { w.add(-1) }
}

// pause does not count a request while it waits for others, until resume is called.
func (w *Walk) pause() (resume func()) {
	if w == nil {
		return func() {}
	}
	w.add(-1)
	return func() { w.add(1) }
}

// atRest reports whether nothing is under way, and changed is closed once that may have changed.
func (w *Walk) atRest() (rest bool, changed <-chan struct{}) {
	if w == nil {
		return true, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.underway == 0, w.changed
}

func (w *Walk) add(requests int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.underway += requests
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

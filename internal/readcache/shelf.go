package readcache

import (
	"context"
	"sync"
)

// shelf keeps one kind of value per model, each read once until the model is written to.
type shelf[T any] struct {
	mu    sync.Mutex
	slots map[string]*slot[T]
}

// slot is what is known of one model.
type slot[T any] struct {
	// generation counts the writes to the model, begun and ended. A read is shared within one generation only.
	generation int
	current    *read[T]
	first      T
	observed   bool
}

// read is one request under way or done.
type read[T any] struct {
	generation int
	done       chan struct{}
	value      T
	err        error
}

// at returns the slot of a model. The caller holds mu.
func (s *shelf[T]) at(model string) *slot[T] {
	if s.slots == nil {
		s.slots = make(map[string]*slot[T])
	}
	known, ok := s.slots[model]
	if !ok {
		known = &slot[T]{}
		s.slots[model] = known
	}
	return known
}

// get returns the value of a model: with shared from the last read if nothing was written since, else by asking.
func (s *shelf[T]) get(ctx context.Context, model string, shared bool, ask func(context.Context) (T, error)) (T, error) {
	s.mu.Lock()
	known := s.at(model)
	call := known.current
	if call == nil || call.generation != known.generation || !shared {
		call = &read[T]{generation: known.generation, done: make(chan struct{})}
		known.current = call
		go s.fill(context.WithoutCancel(ctx), known, call, ask)
	}
	s.mu.Unlock()
	select {
	case <-call.done:
		return call.value, call.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// fill runs one request. It is not cancelled with its first caller, since others may wait for it as well; the client's
// own time-out bounds it.
func (s *shelf[T]) fill(ctx context.Context, known *slot[T], call *read[T], ask func(context.Context) (T, error)) {
	call.value, call.err = ask(ctx)
	s.mu.Lock()
	if call.err != nil && known.current == call {
		known.current = nil
	}
	if call.err == nil && !known.observed {
		known.first, known.observed = call.value, true
	}
	s.mu.Unlock()
	close(call.done)
}

// seen returns the first value that was read of a model, and whether there is one.
func (s *shelf[T]) seen(model string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.at(model)
	return known.first, known.observed
}

// invalidate ends the generation of a model.
func (s *shelf[T]) invalidate(model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at(model).generation++
}

package readcache

import (
	"context"
	"sync"
	"time"
)

// shelf keeps one kind of value per model, each read once until the model is written to.
type shelf[T any] struct {
	// own asks for one model by itself.
	own func(ctx context.Context, model string) (T, error)

	mu    sync.Mutex
	slots map[string]*slot[T]
	// writes counts the writes to any model, begun and ended.
	writes int
	gathering[T]
}

// slot is what is known of one model.
type slot[T any] struct {
	// changed is the count of writes at the last write to this model. A read that began earlier is not shared any more.
	changed int
	current *read[T]
	// ahead is a value that nobody has asked for yet, there or under way.
	ahead    *read[T]
	first    T
	observed bool
}

// read is one value under way or there.
type read[T any] struct {
	begun int
	at    time.Time
	done  chan struct{}
	value T
	err   error
	// searched says that the value comes from a search over several models, not from the model's own request.
	searched bool
	// wanted says that somebody has asked for what was read ahead.
	wanted bool
	// waiters counts the callers that wait for it.
	waiters int
	// batch is what asks for it; nil while it is in the queue.
	batch *batch[T]
}

// there reports whether a read has ended.
func (r *read[T]) there() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
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

// get returns the value of a model: from the last read if nothing was written to the model since, else by asking, together
// with whoever asks for other models meanwhile.
func (s *shelf[T]) get(ctx context.Context, model string) (T, error) {
	return s.wait(ctx, func() *read[T] {
		known := s.at(model)
		if known.shares(known.ahead) && !known.shares(known.current) {
			known.current, known.ahead.wanted = known.ahead, true
			if known.current.there() {
				known.observe(known.current.value)
				s.asked(known.current.value)
			}
		}
		known.ahead = nil
		if !known.shares(known.current) {
			known.current = s.begin()
			s.enqueue(&request[T]{ctx: context.WithoutCancel(ctx), model: model, slot: known, read: known.current})
		}
		return known.current
	})
}

// fresh returns the value of a model by its own request, begun now. Later callers of get share it.
func (s *shelf[T]) fresh(ctx context.Context, model string) (T, error) {
	return s.wait(ctx, func() *read[T] { return s.ask(ctx, model) })
}

// ask begins a model's own request. The caller holds mu.
func (s *shelf[T]) ask(ctx context.Context, model string) *read[T] {
	known := s.at(model)
	known.ahead = nil
	known.current = s.begin()
	s.alone(&request[T]{ctx: context.WithoutCancel(ctx), model: model, slot: known, read: known.current})
	return known.current
}

// confirm is get, without taking the word of a search over several models.
func (s *shelf[T]) confirm(ctx context.Context, model string) (T, error) {
	var current *read[T]
	value, err := s.wait(ctx, func() *read[T] {
		known := s.at(model)
		if current = known.current; !known.shares(current) {
			current = s.ask(ctx, model)
		}
		return current
	})
	if err != nil {
		return value, err
	}
	s.mu.Lock()
	stale := current.searched || !s.at(model).shares(current)
	s.mu.Unlock()
	if stale {
		return s.fresh(ctx, model)
	}
	return value, nil
}

// wait picks a read under mu and waits for it, or for the caller's context.
func (s *shelf[T]) wait(ctx context.Context, pick func() *read[T]) (T, error) {
	s.mu.Lock()
	call := pick()
	call.waiters++
	s.mu.Unlock()
	select {
	case <-call.done:
		return call.value, call.err
	case <-ctx.Done():
		s.leave(call)
		var none T
		return none, context.Cause(ctx)
	}
}

// begin returns a read that no write has passed yet. The caller holds mu.
func (s *shelf[T]) begin() *read[T] {
	return &read[T]{begun: s.writes, at: time.Now(), done: make(chan struct{})}
}

// shares reports whether a read may be shared: nothing was written to the model since it began.
func (k *slot[T]) shares(call *read[T]) bool { return call != nil && call.begun >= k.changed }

// observe keeps the first value that somebody asked for.
func (k *slot[T]) observe(value T) {
	if !k.observed {
		k.first, k.observed = value, true
	}
}

// drop makes sure that nobody who comes later shares a read.
func (k *slot[T]) drop(call *read[T]) {
	if k.current == call {
		k.current = nil
	}
	if k.ahead == call {
		k.ahead = nil
	}
}

// settle ends a read. Errors are not kept. The caller holds mu.
func (s *shelf[T]) settle(r *request[T], value T, err error, searched bool) {
	// searched is guarded by mu, for it may be read before the read is done; the rest by done.
	r.read.value, r.read.err, r.read.searched = value, err, searched
	if err != nil {
		r.slot.drop(r.read)
	} else {
		r.slot.observe(value)
		s.asked(value)
		s.answered()
	}
	close(r.read.done)
}

// seen returns the first value that was asked for of a model, and whether there is one.
func (s *shelf[T]) seen(model string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.at(model)
	return known.first, known.observed
}

// recent returns the value of a model if its own request began within limit, and nothing was written to the model since.
func (s *shelf[T]) recent(model string, limit time.Duration) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.at(model)
	last := known.current
	if !known.shares(last) || !last.there() || last.err != nil || last.searched || time.Since(last.at) > limit {
		var none T
		return none, false
	}
	return last.value, true
}

// invalidate makes sure that nothing which was read of a model so far is shared any more.
func (s *shelf[T]) invalidate(model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	s.at(model).changed = s.writes
}

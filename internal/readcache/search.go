package readcache

import (
	"context"
	"time"
)

const (
	// patience is how long those who wait let one search take before theirs goes beside it.
	patience = 200 * time.Millisecond
	// searchLimit is how long one search may take, with all repetitions of its requests, before what it asks for is asked for
	// otherwise.
	searchLimit = time.Minute
)

// run makes one search and hands out what it found. Whoever it does not answer asks alone: models that are missing in a
// search over many may just be left out of it.
func (s *shelf[T]) run(b *batch[T]) {
	defer b.cancel()
	slow, over := false, false // Both under mu.
	timer := time.AfterFunc(patience, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !over {
			slow = true
			s.slow++
			s.dispatch()
		}
	})
	found, err := s.find(b)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(b, found)
	s.answer(b, found, err)
	s.running--
	over = true
	if timer.Stop(); slow {
		s.slow--
	}
	s.dispatch()
}

// find makes the request for a batch: a lone model's own, else a search, which may not take for ever.
func (s *shelf[T]) find(b *batch[T]) (map[string]T, error) {
	if len(b.models) == 1 {
		value, err := s.own(b.ctx, b.models[0])
		return map[string]T{b.models[0]: value}, err
	}
	ctx, cancel := context.WithTimeout(b.ctx, searchLimit)
	defer cancel()
	found, err := s.search(ctx, b.models)
	if err != nil && ctx.Err() != nil && b.ctx.Err() == nil {
		err = errTooSlow
	}
	return found, err
}

// store keeps what a search found of models that nobody has asked for. Those that were asked for meanwhile become requests like
// the others. The caller holds mu.
func (s *shelf[T]) store(b *batch[T], found map[string]T) {
	s.spent.ahead -= b.bound
	for _, r := range b.ahead {
		value, ok := found[r.model]
		if ok {
			s.spent.ahead += s.weigh(value)
		}
		switch {
		case r.read.wanted:
			b.requests = append(b.requests, r)
		case ok && r.slot.ahead == r.read && r.slot.shares(r.read):
			r.read.value, r.read.searched = value, true
			close(r.read.done)
		default:
			r.slot.drop(r.read)
		}
	}
	b.ahead = nil
}

// answer hands out what a search found, or decides what becomes of those who asked. The caller holds mu.
func (s *shelf[T]) answer(b *batch[T], found map[string]T, err error) {
	searched := len(b.models) > 1
	switch {
	case b.ctx.Err() != nil: // Everybody has left.
		s.fail(b.requests, b.ctx.Err())
	case err == nil || !searched:
		for _, r := range b.requests {
			if value, ok := found[r.model]; ok {
				s.settle(r, value, err, searched)
			} else {
				s.alone(r)
			}
		}
	case refusal(err):
		s.refused = true
		s.allAlone(b.requests)
	case passing(err):
		s.divide(b, err)
	default:
		s.fail(b.requests, err)
	}
}

// allAlone asks for requests, and for those in the queue, by their own. The caller holds mu.
func (s *shelf[T]) allAlone(requests []*request[T]) {
	requests = append(requests, s.waiting...)
	s.waiting = nil
	for _, r := range requests {
		s.alone(r)
	}
}

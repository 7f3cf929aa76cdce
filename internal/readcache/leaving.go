package readcache

import (
	"context"
	"slices"
)

// leave is for a caller who waits no longer. What nobody waits for is not asked for any more.
func (s *shelf[T]) leave(call *read[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.waiters--
	switch {
	case call.waiters > 0 || call.there():
	case call.batch == nil:
		s.waiting = slices.DeleteFunc(s.waiting, func(r *request[T]) bool {
			if r.read == call {
				s.giveUp(r)
			}
			return r.read == call
		})
	case !call.batch.awaited():
		call.batch.cancel()
		if s.probe != nil && s.probe.batch == call.batch {
			s.probe = nil
		}
		for _, r := range slices.Concat(call.batch.requests, call.batch.ahead) {
			r.slot.drop(r.read)
		}
	}
}

// awaited reports whether anybody waits for what a batch asks. The caller holds mu.
func (b *batch[T]) awaited() bool {
	return slices.ContainsFunc(slices.Concat(b.requests, b.ahead), func(r *request[T]) bool { return r.read.waiters > 0 })
}

// giveUp ends a read that nobody waits for. The caller holds mu.
func (s *shelf[T]) giveUp(r *request[T]) {
	s.fail([]*request[T]{r}, context.Canceled)
}

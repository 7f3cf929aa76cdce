package readcache

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// probePause is how long a registry that answered neither a search nor single models counts as down, unless it answers something
// earlier: a search that fails meanwhile is not followed by other requests.
const probePause = 30 * time.Second

// errTooSlow says that a search took longer than searchLimit.
var errTooSlow = fmt.Errorf("%w: no whole answer to a search over several models within %s", registry.ErrUnavailable, searchLimit)

// failures is what was learnt from searches that failed, though they may be answered when they are smaller. It is guarded by the
// shelf's mu.
type failures[T any] struct {
	// most is how many models one search may name; 0 for as many as fit, which is so until a search fails.
	most int
	// probe is nil when there is none.
	probe *probe[T]
	// down is when the last probe failed; zero once anything was answered after it.
	down time.Time
}

// probe asks for two models by themselves, to find out whether the registry answers at all: more than one, for the first may
// be what made the search too large.
type probe[T any] struct {
	*batch[T]
	// rest are the other requests of the searches that failed. They wait for an answer.
	rest []*request[T]
	// asked is how many models have not been answered yet.
	asked int
	// smaller is half of what the smallest of these searches named.
	smaller int
}

// refusal reports whether a registry says no to a search as such, so that it would say so again.
func refusal(err error) bool {
	return isOneOf(err, registry.ErrInvalid, registry.ErrNotMLflow, registry.ErrInternal, registry.ErrPermissionDenied, registry.ErrNotFound)
}

// passing reports whether a search may have failed because it was too large at that moment. A server that asks to slow down
// would not be helped by more requests.
func passing(err error) bool {
	var answered *registry.Error
	return errors.Is(err, registry.ErrUnavailable) && (!errors.As(err, &answered) || answered.Fault != registry.FaultTooMany)
}

func isOneOf(err error, kinds ...error) bool {
	return slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
}

// divide is for a search that failed in passing. Two of its models are asked for by themselves. If one is answered, the others go
// into searches of half the size; else they fail as well, for a server that is down must not get a request for each of them.
// The caller holds mu.
func (s *shelf[T]) divide(b *batch[T], err error) {
	if !s.down.IsZero() && time.Since(s.down) < probePause {
		s.fail(b.requests, err)
		return
	}
	if s.probe == nil {
		s.probe = &probe[T]{batch: newBatch[T](b.ctx), smaller: len(b.models)}
		first, last := b.requests[0], b.requests[len(b.requests)-1]
		for _, r := range slices.Compact([]*request[T]{first, last}) {
			s.probe.add(r)
			s.probe.asked++
			go s.askForProbe(s.probe, r)
		}
	}
	s.probe.join(b)
}

// join lets the requests of a failed search wait for the end of a probe. The caller holds mu.
func (p *probe[T]) join(b *batch[T]) {
	p.smaller = min(p.smaller, max(1, len(b.models)/2))
	for _, r := range b.requests {
		if r.read.batch != p.batch {
			p.add(r)
			p.rest = append(p.rest, r)
		}
	}
}

// askForProbe asks for one of the models of a probe, and decides about those that wait for its end.
func (s *shelf[T]) askForProbe(p *probe[T], r *request[T]) {
	value, err := s.own(p.ctx, r.model)

	s.mu.Lock()
	defer s.mu.Unlock()
	p.asked--
	if p.asked == 0 {
		defer p.cancel()
	}
	s.settle(r, value, err, false)
	answered := !isOneOf(err, registry.ErrUnavailable, registry.ErrUnreachable, registry.ErrUnauthenticated) && p.ctx.Err() == nil
	if !answered && p.asked > 0 {
		return
	}
	rest := p.rest
	p.rest = nil
	if s.probe == p {
		s.probe = nil
	}
	if !answered {
		if p.ctx.Err() == nil {
			s.down = time.Now()
		}
		s.fail(rest, err)
		return
	}
	if s.most == 0 || s.most > p.smaller {
		s.most = p.smaller
	}
	p.requests = slices.DeleteFunc(p.requests, func(r *request[T]) bool { return slices.Contains(rest, r) })
	s.again(rest)
}

// fail ends requests with an error. The caller holds mu.
func (s *shelf[T]) fail(requests []*request[T], err error) {
	var none T
	for _, r := range requests {
		s.settle(r, none, err, true)
	}
}

// again puts requests at the head of the queue, those whose callers have left excepted. The caller holds mu.
func (s *shelf[T]) again(requests []*request[T]) {
	var queue []*request[T]
	for _, r := range requests {
		if r.read.batch = nil; r.read.waiters == 0 {
			s.giveUp(r)
		} else {
			queue = append(queue, r)
		}
	}
	s.waiting = append(queue, s.waiting...)
	if s.most == 1 {
		s.allAlone(nil)
	}
	s.dispatch()
}

// answered notes that the registry answers. The caller holds mu.
func (s *shelf[T]) answered() { s.down = time.Time{} }

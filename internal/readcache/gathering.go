package readcache

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	// patience is how long those who wait let one search take before theirs goes beside it.
	patience = 200 * time.Millisecond
	// maxSearches is how many searches run at once: MLflow serves with four workers.
	maxSearches = 4
	// maxWeight is how many versions the models asked for in one search are expected to have. Beyond it, searches side by
	// side are faster than one.
	maxWeight = 5000
	// maxNames is how many bytes the names of one search take in a URL: gunicorn, MLflow's server up to 2.x, takes request
	// lines of up to 4,094.
	maxNames = 3500
)

// gathering turns reads of many models into few searches: who asks while a search runs waits for its end, and then all who
// wait go into one search. It is guarded by the shelf's mu.
type gathering[T any] struct {
	// search asks for several models at once; nil when the registry cannot. Models without a value are left out.
	search func(ctx context.Context, models []string) (map[string]T, error)
	// weigh says how many versions a value stands for.
	weigh func(T) int
	// ahead names more models to read in the same search as the given ones, for up to room bytes of names, and how many versions
	// they have at most; nil for none.
	ahead func(models []string, room int) (more []string, versions int)
	// hold says that the next search is to wait until proceed is called; nil for never.
	hold func() bool

	// refused is set once the registry refused to search for several models.
	refused bool
	waiting []*request[T]
	running int
	slow    int
	spent   spending
}

// spending is what reading has cost so far, counted in versions.
type spending struct {
	searches int
	// models and versions are what was asked for, ahead is what was read before anybody asked, or is being read.
	models, versions, ahead int
}

// request is one read of one model that was asked for.
type request[T any] struct {
	ctx   context.Context //nolint:containedctx // It waits in a queue for the search that answers it.
	model string
	slot  *slot[T]
	read  *read[T]
}

// batch is one search, sealed: who comes later goes into another.
type batch[T any] struct {
	ctx context.Context //nolint:containedctx // As in request.
	// requests are what was asked for, ahead is what is read besides. models are the names of both.
	requests, ahead []*request[T]
	models          []string
	// bound is how many versions are read ahead at most.
	bound int
}

// enqueue asks for a model, together with others if it has to wait. The caller holds mu.
func (s *shelf[T]) enqueue(ctx context.Context, r *request[T]) {
	if s.search == nil || s.refused || !listable(r.model) {
		s.alone(ctx, r)
		return
	}
	// A search is not cancelled with one of its callers, since others wait for it as well; the client's time-out bounds it.
	r.ctx = context.WithoutCancel(ctx)
	s.waiting = append(s.waiting, r)
	s.dispatch()
}

// listable reports whether a name can stand in a list of names: MLflow's filters have no escapes. Others are asked for alone.
func listable(model string) bool { return !strings.ContainsAny(model, "'\"\\`") }

// alone asks for a model by its own request.
func (s *shelf[T]) alone(ctx context.Context, r *request[T]) {
	r.ctx = context.WithoutCancel(ctx)
	go func() {
		value, err := s.own(r.ctx, r.model)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.settle(r, value, err, false)
	}()
}

// dispatch starts the searches that may run now. The caller holds mu.
func (s *shelf[T]) dispatch() {
	for len(s.waiting) > 0 && s.running < min(1+s.slow, maxSearches) && (s.hold == nil || !s.hold()) {
		sealed := s.seal()
		s.running++
		s.spent.searches++
		go s.run(sealed)
	}
}

// seal takes as many requests from the queue as one search answers well. The caller holds mu.
func (s *shelf[T]) seal() *batch[T] {
	sealed := &batch[T]{ctx: s.waiting[0].ctx}
	most := 1 // Until an answer shows how large models are here.
	if s.spent.models > 0 {
		most = max(1, maxWeight*s.spent.models/max(1, s.spent.versions))
	}
	named := make(map[string]bool)
	room, taken := maxNames, 0
	for _, r := range s.waiting {
		if !named[r.model] {
			if len(sealed.models) == most || len(sealed.models) > 0 && inURL(r.model) > room {
				break
			}
			named[r.model] = true
			sealed.models = append(sealed.models, r.model)
			room -= inURL(r.model)
		}
		sealed.requests = append(sealed.requests, r)
		taken++
	}
	s.waiting = s.waiting[taken:]
	if s.ahead != nil {
		var more []string
		more, sealed.bound = s.ahead(sealed.models, room)
		s.spent.ahead += sealed.bound
		for _, model := range more {
			known := s.at(model)
			known.ahead = s.begin()
			sealed.ahead = append(sealed.ahead, &request[T]{ctx: sealed.ctx, model: model, slot: known, read: known.ahead})
		}
		sealed.models = append(sealed.models, more...)
	}
	return sealed
}

// inURL returns how many bytes of a URL a name in a list takes, with its quotes and comma.
func inURL(model string) int { return len(url.QueryEscape(model)) + len("%27%27%2C") }

// run makes one search and hands out what it found. Whoever it does not answer asks alone: models that are missing in a
// search over many may just be left out of it.
func (s *shelf[T]) run(b *batch[T]) {
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
	found, err := s.ask(b)
	searched := len(b.models) > 1
	refused := err != nil && refusal(err) && searched

	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent.ahead -= b.bound
	for _, r := range b.ahead {
		value, ok := found[r.model]
		if ok {
			s.spent.ahead += s.weigh(value)
		}
		switch {
		case r.read.wanted: // Meanwhile.
			b.requests = append(b.requests, r)
		case ok && r.slot.ahead == r.read && r.slot.shares(r.read):
			r.read.value, r.read.searched = value, true
			close(r.read.done)
		case r.slot.ahead == r.read:
			r.slot.ahead = nil
		}
	}
	for _, r := range b.requests {
		value, ok := found[r.model]
		switch {
		case ok || err != nil && !refused:
			s.settle(r, value, err, searched)
		default:
			s.alone(r.ctx, r)
		}
	}
	s.running--
	over = true
	if timer.Stop(); slow {
		s.slow--
	}
	if refused {
		s.refused = true
		for _, r := range s.waiting {
			s.alone(r.ctx, r)
		}
		s.waiting = nil
	}
	s.dispatch()
}

// ask makes the request for a batch: a lone model's own, else a search.
func (s *shelf[T]) ask(b *batch[T]) (map[string]T, error) {
	if len(b.models) == 1 {
		value, err := s.own(b.ctx, b.models[0])
		return map[string]T{b.models[0]: value}, err
	}
	return s.search(b.ctx, b.models)
}

// refusal reports whether a registry says no to a search as such. What passes by itself, or would meet every request, is
// told to the callers.
func refusal(err error) bool {
	for _, kind := range []error{
		registry.ErrInvalid, registry.ErrNotMLflow, registry.ErrInternal, registry.ErrPermissionDenied, registry.ErrNotFound,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// stock keeps a value that was read before anybody asked, unless the model was written to or read otherwise since. The
// caller holds mu.
func (s *shelf[T]) stock(model string, value T, begun int) {
	known := s.at(model)
	if known.current != nil || known.changed > begun {
		return
	}
	done := make(chan struct{})
	close(done)
	known.ahead = &read[T]{begun: begun, done: done, value: value, searched: true}
}

// stocked reports whether a model has been read or is being read. The caller holds mu.
func (s *shelf[T]) stocked(model string) bool {
	known, ok := s.slots[model]
	return ok && (known.current != nil || known.ahead != nil)
}

// asked notes a value that somebody wanted. The caller holds mu.
func (s *shelf[T]) asked(value T) {
	s.spent.models++
	s.spent.versions += s.weigh(value)
}

// now returns the moment against which writes are told apart, for what will be read from here on.
func (s *shelf[T]) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// stockAll keeps values of models that nobody has asked for, and answers those who wait for a search.
func (s *shelf[T]) stockAll(values map[string]T, begun int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for model, value := range values {
		s.stock(model, value, begun)
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(r *request[T]) bool {
		value, ok := values[r.model]
		if ok = ok && r.slot.changed <= begun; ok {
			s.settle(r, value, nil, true)
		}
		return ok
	})
}

// proceed makes the searches that hold has stopped.
func (s *shelf[T]) proceed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dispatch()
}

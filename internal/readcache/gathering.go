package readcache

import (
	"context"
	"net/url"
	"strings"
)

const (
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
	failures[T]
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

// batch is what goes to the registry together, sealed: who comes later goes into another. It is one search as a rule.
type batch[T any] struct {
	ctx    context.Context //nolint:containedctx // As in request.
	cancel context.CancelFunc
	// requests are what was asked for, ahead is what is read besides. models are the names of both.
	requests, ahead []*request[T]
	models          []string
	// bound is how many versions are read ahead at most.
	bound int
}

// enqueue asks for a model, together with others if it has to wait. The caller holds mu.
func (s *shelf[T]) enqueue(r *request[T]) {
	if s.search == nil || s.refused || s.most == 1 || !listable(r.model) {
		s.alone(r)
		return
	}
	s.waiting = append(s.waiting, r)
	s.dispatch()
}

// listable reports whether a name can stand in a list of names: MLflow's filters have no escapes. Others are asked for alone.
func listable(model string) bool { return !strings.ContainsAny(model, "'\"\\`") }

// alone asks for a model by its own request. The caller holds mu.
func (s *shelf[T]) alone(r *request[T]) {
	if r.read.waiters == 0 && r.read.batch != nil {
		s.giveUp(r) // Everybody who waited for it has left.
		return
	}
	lone := newBatch(r.ctx, r)
	go func() {
		defer lone.cancel()
		value, err := s.own(lone.ctx, r.model)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.settle(r, value, err, false)
	}()
}

// newBatch returns a batch of requests. No caller's cancellation ends it, since others may wait for it as well. The caller holds mu.
func newBatch[T any](ctx context.Context, requests ...*request[T]) *batch[T] {
	b := &batch[T]{}
	b.ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, r := range requests {
		b.add(r)
	}
	return b
}

// add takes a request into a batch. The caller holds mu.
func (b *batch[T]) add(r *request[T]) {
	b.requests = append(b.requests, r)
	r.read.batch = b
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
	sealed := newBatch[T](s.waiting[0].ctx)
	most := 1 // Until an answer shows how large models are here.
	if s.spent.models > 0 {
		most = max(1, maxWeight*s.spent.models/max(1, s.spent.versions))
	}
	if s.most > 0 {
		most = min(most, s.most)
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
		sealed.add(r)
		taken++
	}
	s.waiting = s.waiting[taken:]
	if s.ahead != nil && s.most == 0 {
		var more []string
		more, sealed.bound = s.ahead(sealed.models, room)
		s.spent.ahead += sealed.bound
		for _, model := range more {
			known := s.at(model)
			known.ahead = s.begin()
			known.ahead.batch = sealed
			sealed.ahead = append(sealed.ahead, &request[T]{ctx: sealed.ctx, model: model, slot: known, read: known.ahead})
		}
		sealed.models = append(sealed.models, more...)
	}
	return sealed
}

// inURL returns how many bytes of a URL a name in a list takes, with its quotes and comma.
func inURL(model string) int { return len(url.QueryEscape(model)) + len("%27%27%2C") }

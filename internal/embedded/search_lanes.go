package embedded

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Searches have lanes of their own, so that what is short never waits for what is not: of the connections of a process, two
// are always left to other requests. A search that turns out to be slow changes to the lane for such ones. One whose answer
// turns out to be large needs a place in memory, and keeps it until the answer is sent, which may be slow. If there is no
// place, a search ends, waits for one without a connection, and is begun anew.
const (
	maxQuick = 3 // searches that are quick, as far as is known
	maxSlow  = 3 // those that are not
	maxLarge = 3 // answers that are large
	// quickTime and smallAnswer are how long a search is quick, and to how many bytes its answer is small.
	quickTime   = 100 * time.Millisecond
	smallAnswer = 1 << 20
)

var (
	errSlow  = errors.New("the search takes too long for the lane that it is in")
	errLarge = errors.New("the answer has no place in memory")
)

// lanes bounds the searches of a registry.
type lanes struct {
	quick, slow, large chan struct{}
}

func newLanes() lanes {
	return lanes{
		quick: make(chan struct{}, maxQuick), slow: make(chan struct{}, maxSlow), large: make(chan struct{}, maxLarge),
	}
}

// place is what a search occupies.
type place struct {
	lanes lanes
	mu    sync.Mutex
	lane  chan struct{} // quick or slow; nil while the search has no connection
	large bool
}

// enter waits for a place in a lane.
func (p *place) enter(ctx context.Context, lane chan struct{}) error {
	select {
	case lane <- struct{}{}:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.lane = lane
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waitLarge waits for a place for a large answer.
func (p *place) waitLarge(ctx context.Context) error {
	select {
	case p.lanes.large <- struct{}{}:
		p.large = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slowDown changes to the lane for slow searches, and reports whether there was a place in it.
func (p *place) slowDown() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane != p.lanes.quick {
		return p.lane != nil
	}
	select {
	case p.lanes.slow <- struct{}{}:
		<-p.lane
		p.lane = p.lanes.slow
		return true
	default:
		return false
	}
}

// grow takes a place for a large answer, and reports whether there was one.
func (p *place) grow() bool {
	if p.large {
		return true
	}
	select {
	case p.lanes.large <- struct{}{}:
		p.large = true
	default:
	}
	return p.large
}

// leaveLane gives the place in a lane back.
func (p *place) leaveLane() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane != nil {
		<-p.lane
		p.lane = nil
	}
}

// sent gives the place of the answer back.
func (p *place) sent() {
	if p.large {
		<-p.lanes.large
		p.large = false
	}
}

// finder answers a search of which everything is known that the request says.
type finder func(t *transaction, answer *longAnswer) error

// search is an operation that may find much.
type search struct {
	fields []field
	list   string // of what is found
	// read reads the request. What is wrong in it is told before anything is looked up.
	read func(*message) (finder, error)
}

func (s search) answer(w http.ResponseWriter, request *http.Request, storage *storage) {
	message, err := readMessage(request, s.fields)
	if err != nil {
		writeError(w, err)
		return
	}
	find, err := s.read(message)
	if err != nil {
		writeError(w, err)
		return
	}
	answer, sent, err := storage.search(request.Context(), s.list, find)
	if err != nil {
		writeError(w, err)
		return
	}
	defer sent()
	answer.send(w)
}

// search finds. sent is to be called once the answer is sent.
func (s *storage) search(ctx context.Context, list string, find finder) (answer *longAnswer, sent func(), err error) {
	at := &place{lanes: s.lanes}
	lane := s.lanes.quick
	for {
		if err = at.enter(ctx, lane); err == nil {
			answer, err = s.attempt(ctx, list, at, find)
			at.leaveLane()
		}
		switch {
		case errors.Is(err, errSlow):
			lane = s.lanes.slow
			continue
		case errors.Is(err, errLarge):
			if err = at.waitLarge(ctx); err == nil {
				continue
			}
		}
		if err != nil {
			at.sent() // nothing is
			return nil, nil, err
		}
		return answer, at.sent, nil
	}
}

// attempt finds in the lane that the search is in. It fails with errSlow in the one for quick searches if that is not quick
// enough, and with errLarge if there is no place for the answer.
func (s *storage) attempt(ctx context.Context, list string, at *place, find finder) (answer *longAnswer, err error) {
	trying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(quickTime, func() {
		if !at.slowDown() {
			cancel(errSlow)
		}
	})
	defer timer.Stop()
	err = s.read(trying, func(t *transaction) error {
		answer = newLongAnswer(list, at.grow)
		return find(t, answer)
	})
	if err != nil && errors.Is(context.Cause(trying), errSlow) {
		err = errSlow
	}
	return answer, err
}

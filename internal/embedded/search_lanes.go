package embedded

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Searches have lanes of their own, so that what is short never waits for what is not: of the connections of a process, two
// are always left to other requests. A search that turns out to be long changes to the lane for such ones, and stays there
// until its answer is sent. If there is no place in that lane it ends, and is begun anew when there is one.
const (
	maxTries = 3 // searches that are short, as far as is known
	maxLong  = 3 // those that are not
	tryTime  = 100 * time.Millisecond
	tryBytes = 1 << 20
)

// lanes bounds the searches of a registry.
type lanes struct {
	tries, long chan struct{}
}

func newLanes() lanes {
	return lanes{tries: make(chan struct{}, maxTries), long: make(chan struct{}, maxLong)}
}

// place is the place of a search in one of the lanes.
type place struct {
	lanes lanes
	mu    sync.Mutex
	lane  chan struct{} // nil once the search has left
}

// enter waits for a place in a lane.
func (l lanes) enter(ctx context.Context, lane chan struct{}) (*place, error) {
	select {
	case lane <- struct{}{}:
		return &place{lanes: l, lane: lane}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// lengthen changes to the lane for long searches, and reports whether there was a place in it.
func (p *place) lengthen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.lane {
	case nil:
		return false
	case p.lanes.long:
		return true
	}
	select {
	case p.lanes.long <- struct{}{}:
		<-p.lane
		p.lane = p.lanes.long
		return true
	default:
		return false
	}
}

// leave gives the place back.
func (p *place) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane != nil {
		<-p.lane
		p.lane = nil
	}
}

// leaveIfShort gives back a place in the lane for short searches, whose answers need no place while they are sent.
func (p *place) leaveIfShort() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane == p.lanes.tries {
		<-p.lane
		p.lane = nil
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
	answer, at, err := storage.search(request.Context(), s.list, find)
	if err != nil {
		writeError(w, err)
		return
	}
	defer at.leave()
	answer.send(w)
}

// search finds. The place that it returns is to be left once the answer is sent.
func (s *storage) search(ctx context.Context, list string, find finder) (*longAnswer, *place, error) {
	answer, at, err := s.try(ctx, list, find)
	if !errors.Is(err, errLongAnswer) {
		return answer, at, err
	}
	if at, err = s.lanes.enter(ctx, s.lanes.long); err != nil {
		return nil, nil, err
	}
	if answer, err = s.find(ctx, list, at, find); err != nil {
		at.leave()
	}
	return answer, at, err
}

// try finds in the lane for short searches. It fails with errLongAnswer if that is not enough.
func (s *storage) try(ctx context.Context, list string, find finder) (*longAnswer, *place, error) {
	at, err := s.lanes.enter(ctx, s.lanes.tries)
	if err != nil {
		return nil, nil, err
	}
	trying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(tryTime, func() {
		if !at.lengthen() {
			cancel(errLongAnswer)
		}
	})
	answer, err := s.find(trying, list, at, find)
	timer.Stop()
	at.leaveIfShort()
	if err != nil {
		at.leave()
		if errors.Is(context.Cause(trying), errLongAnswer) {
			err = errLongAnswer
		}
	}
	return answer, at, err
}

func (s *storage) find(ctx context.Context, list string, at *place, find finder) (answer *longAnswer, err error) {
	err = s.read(ctx, func(t *transaction) error {
		answer = newLongAnswer(list, at.lengthen)
		return find(t, answer)
	})
	return answer, err
}

package readcache

import "slices"

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

package provider

import "sync"

// placeLocks keep the writes of one place (a tag, an alias) in this process apart.
type placeLocks[P comparable] struct {
	mu      sync.Mutex
	writing map[P]*sync.Mutex
}

// lock waits until nobody else writes the place.
func (l *placeLocks[P]) lock(at P) (unlock func()) {
	l.mu.Lock()
	if l.writing == nil {
		l.writing = make(map[P]*sync.Mutex)
	}
	slot, ok := l.writing[at]
	if !ok {
		slot = &sync.Mutex{}
		l.writing[at] = slot
	}
	l.mu.Unlock()
	slot.Lock()
	return slot.Unlock
}

package claim

import "sync"

// Locks keep the writes of one object in this process apart. The zero Locks are ready.
type Locks struct {
	mu      sync.Mutex
	writing map[Object]*sync.Mutex
}

// Lock waits until nobody else writes the object.
func (l *Locks) Lock(object Object) (unlock func()) {
	l.mu.Lock()
	if l.writing == nil {
		l.writing = make(map[Object]*sync.Mutex)
	}
	slot, ok := l.writing[object]
	if !ok {
		slot = &sync.Mutex{}
		l.writing[object] = slot
	}
	l.mu.Unlock()
	slot.Lock()
	return slot.Unlock
}

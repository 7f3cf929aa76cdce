package claim

// Writes tells that the process changes a model.
func (l *Ledger) Writes(model string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written = true
	l.at(model).written = true
	l.arrive()
}

// Written reports whether the process has changed a model since its walk began: what is planned then is planned again by an apply.
func (l *Ledger) Written(model string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(model).written
}

// Reads tells that Terraform reads a resource which is in the state. Within one walk each is read once, before anything is written. So
// the first read of a model that was written to, and in a lasting process the second read of one object, begin another walk for that
// model: what was declared of it is dropped, and begins is set. stale says that nothing read of the registry so far counts any more.
//
// Only the page of that model is dropped, since terraform test may run several walks at once, about a model each.
func (l *Ledger) Reads(object Object) (begins, stale bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	on := l.at(object.Model)
	begins = on.written || l.Lasting && on.reads[object] > 0
	stale = l.written || begins && on.turn == l.turns
	if stale {
		l.turns++
		l.written = false
		l.vain, l.stays = false, false
	}
	if begins {
		delete(l.pages, object.Model)
		on = l.at(object.Model)
	}
	on.turn = l.turns
	on.reads[object]++
	return begins, stale
}

// WasRead reports whether Terraform has read a resource in the state, in this walk, that is about an object.
func (l *Ledger) WasRead(object Object) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(object.Model).reads[object] > 0
}

// Note keeps what a read found of an object in the state.
func (l *Ledger) Note(object Object, found string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at(object.Model).noted[object] = found
	l.arrive()
}

// Noted returns what a read found of an object in the state, and whether there was one.
func (l *Ledger) Noted(object Object) (found string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok = l.at(object.Model).noted[object]
	return found, ok
}

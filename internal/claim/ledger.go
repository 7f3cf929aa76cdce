package claim

import (
	"slices"
	"sync"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Ledger notes claims and answers who else has some. The zero Ledger is empty and ready; it is safe for concurrent use.
type Ledger struct {
	// Lasting is set, before the first use, for a process that outlives one walk, as terraform test has it from 1.13 on. What is
	// planned again there, by an apply or by a later run, looks like a second resource: nothing but the apply can tell the two
	// apart. So a claim takes the place of the one that the same resource made before, and none has rivals.
	Lasting bool

	mu    sync.Mutex
	pages map[string]*page
	// written says that the process has changed the registry since the last turn of a page.
	written bool
	// turns counts how often what was read of the registry became worthless.
	turns int
	waiting
}

// page is what the ledger knows of one model.
type page struct {
	claims   []Claim
	departed []*Departure
	// reads counts the resources in the state that Terraform has read, and noted is what a read found.
	reads map[Object]int
	noted map[Object]string
	// set are the objects that this process has set or created.
	set map[Object]bool
	// left is the value of objects that a destroy of this process was to keep.
	left map[Object]string
	// written says that this process has changed the model since the page was begun, in turn.
	written bool
	turn    int
}

// at returns the page of a model. The caller holds mu.
func (l *Ledger) at(model string) *page {
	if l.pages == nil {
		l.pages = make(map[string]*page)
	}
	found, ok := l.pages[model]
	if !ok {
		found = &page{turn: l.turns, reads: make(map[Object]int), noted: make(map[Object]string), set: make(map[Object]bool),
			left: make(map[Object]string)}
		l.pages[model] = found
	}
	return found
}

// Answer is what a claim meets.
type Answer struct {
	// Rivals are the claims of other resources on the same object that it is at odds with, in the order in which they were made.
	Rivals []Claim
	// Elsewhere are the claims that give the same version another stage.
	Elsewhere []Claim
	// Departed are the destroys which were planned before, without knowing that this claim keeps what they remove.
	Departed []Departure
	// Ended is set when the model of the object is planned to be deleted with all that is in it.
	Ended bool
}

// Declare notes a claim, and returns what it meets.
func (l *Ledger) Declare(made Claim) Answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	on := l.at(made.On.Model)
	if l.Lasting {
		on.claims = slices.DeleteFunc(on.claims, made.replaces)
	}
	if !l.stays {
		l.stays, l.vain = true, false
	}
	defer l.arrive()
	defer func() { on.claims = append(on.claims, made) }()
	var met Answer
	if l.Lasting {
		return met
	}
	for _, earlier := range on.claims {
		switch {
		case earlier.On == made.On && made.against(earlier):
			met.Rivals = append(met.Rivals, earlier)
		case earlier.On != made.On && made.On.Kind == KindStage && earlier.at(made.On.Model, made.Version):
			met.Elsewhere = append(met.Elsewhere, earlier)
		}
	}
	for _, left := range on.departed {
		if left.Kept || left.open { // Who is still waiting sees the claim.
			continue
		}
		if left.keptBy(made) {
			met.Departed = append(met.Departed, *left)
		}
		met.Ended = met.Ended || left.ends(made)
	}
	return met
}

// replaces reports whether a claim takes the place of an earlier one of what may be the same resource. A version declares itself before
// its stage, which it may have left out since.
func (c Claim) replaces(earlier Claim) bool {
	if c.Of != earlier.Of || c.Owner != earlier.Owner || c.Of == Version(c.Of.Model, 0) && c.Source != earlier.Source {
		return false
	}
	return c.On == earlier.On || c.On.Kind == KindVersion && earlier.On.Kind == KindStage
}

// Declared reports whether a resource planned in this process declares an object, or puts the version that it is into a stage.
func (l *Ledger) Declared(object Object) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.at(object.Model).claims, Departure{On: object}.keptBy)
}

// DeclaredBy reports whether a resource planned in this process makes such a claim on an object.
func (l *Ledger) DeclaredBy(object Object, such func(Claim) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.at(object.Model).claims, func(made Claim) bool { return made.On == object && such(made) })
}

// Staged reports whether a resource planned in this process puts a version into a stage.
func (l *Ledger) Staged(model string, version registry.Number) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.at(model).claims, func(made Claim) bool { return made.at(model, version) })
}

// Born tells which number a new version got: from then on others claim it by its number. It goes to one claim, for another
// resource may register a version from the same source.
func (l *Ledger) Born(model, source string, number registry.Number) {
	l.mu.Lock()
	defer l.mu.Unlock()
	claims := l.at(model).claims
	index := slices.IndexFunc(claims, func(made Claim) bool {
		return made.On.Kind == KindStage && !made.Pointer && made.Version == 0 && made.Source == source
	})
	if index >= 0 {
		claims[index].Version = number
	}
}

// Set tells that this process is setting or creating an object.
func (l *Ledger) Set(object Object) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at(object.Model).set[object] = true
}

// IsSet reports whether this process has set or created an object.
func (l *Ledger) IsSet(object Object) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at(object.Model).set[object]
}

// Keep tells that a destroy of this process has left an object as it is, and what the plan saw of it: the resource that takes it is planned
// once more after that.
func (l *Ledger) Keep(object Object, value string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at(object.Model).left[object] = value
}

// Kept returns what a destroy of this process has kept, and whether one has.
func (l *Ledger) Kept(object Object) (value string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	value, ok = l.at(object.Model).left[object]
	return value, ok
}

package soak_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// object is one instance in the state.
type object struct {
	typ     string
	value   tftypes.Value
	private []byte
	tainted bool
	// needs are the addresses that its block referred to, directly or not.
	needs []string
}

// state is what a state file holds: objects by address.
type state map[string]*object

// core stands in for Terraform's core; see the package comment.
type core struct {
	// provider is the provider block without the address.
	provider map[string]any
	state    state
	// kept is the provider that serves all walks, as terraform test has it from 1.13 on; nil if each walk starts one.
	kept *process
}

// action is what a plan wants to do with an instance.
type action string

const (
	nothing action = "no-op"
	create  action = "create"
	update  action = "update"
	remove  action = "delete"
	replace action = "delete and create"
)

// change is the plan of one instance.
type change struct {
	action action
	typ    string
	block  block // Zero for an instance that goes.
	planning
}

// plan is what a plan walk comes to.
type plan struct {
	changes   map[string]*change
	refreshed state
	problems  problems
}

func (p plan) empty() bool {
	for _, each := range p.changes {
		if each.action != nothing {
			return false
		}
	}
	return true
}

// planWalk is one plan walk under way.
type planWalk struct {
	process *process
	wanted  configuration
	before  state

	mu    sync.Mutex
	known map[string]tftypes.Value
	plan
}

// plan refreshes and plans every instance, with a provider of its own at the given address.
func (c *core) plan(ctx context.Context, at string, wanted configuration, how pace) plan {
	running, found := c.process(ctx, at, how)
	walk := &planWalk{process: running, wanted: wanted, before: c.state, known: make(map[string]tftypes.Value),
		plan: plan{changes: make(map[string]*change), refreshed: make(state), problems: found}}
	if found.failed() {
		return walk.plan
	}
	var nodes []node
	for _, each := range wanted {
		nodes = append(nodes, node{key: each.address(), after: each.needs(), run: func() bool { return walk.instance(ctx, each) }})
	}
	for address := range c.state {
		if _, ok := wanted.find(address); !ok {
			nodes = append(nodes, node{key: address, run: func() bool { return walk.orphan(ctx, address) }})
		}
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.key, b.key) })
	how.walk(nodes)
	return walk.plan
}

// process returns the provider of one walk.
func (c *core) process(ctx context.Context, at string, how pace) (*process, problems) {
	if c.kept != nil {
		return c.kept, nil
	}
	return start(ctx, settings(c.provider, at, how.hangs), true)
}

// destroy plans as `terraform destroy` does: an ordinary plan of the configuration, then the removal of everything.
func (c *core) destroy(ctx context.Context, at string, wanted configuration, how pace) plan {
	made := c.plan(ctx, at, wanted, how)
	if made.problems.failed() {
		return made
	}
	running, found := c.process(ctx, at, how)
	walk := &planWalk{process: running, plan: plan{changes: make(map[string]*change), refreshed: made.refreshed, problems: found}}
	for _, address := range slices.Sorted(maps.Keys(made.refreshed)) {
		walk.remove(ctx, address, made.refreshed[address])
	}
	return walk.plan
}

// note adds problems and reports whether there is no error among them.
func (w *planWalk) note(found problems) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, found...)
	return !found.failed()
}

// refresh upgrades and reads an instance of the state. It returns nil for one that is gone.
func (w *planWalk) refresh(ctx context.Context, address string) (*object, bool) {
	before, ok := w.before[address]
	if !ok {
		return nil, true
	}
	now := *before
	var found problems
	if now.value, found = w.process.upgrade(ctx, address, before); !w.note(found) {
		return nil, false
	}
	if now.value, now.private, found = w.process.read(ctx, address, &now); !w.note(found) {
		return nil, false
	}
	if now.value.IsNull() {
		return nil, true
	}
	w.mu.Lock()
	w.refreshed[address] = &now
	w.mu.Unlock()
	return &now, true
}

// instance plans an instance of the configuration.
func (w *planWalk) instance(ctx context.Context, wanted block) bool {
	address, typ := wanted.address(), wanted.typ
	old, ok := w.refresh(ctx, address)
	if !ok {
		return false
	}
	if old != nil {
		old.needs = w.wanted.closure(wanted)
	}
	w.mu.Lock()
	config := wanted.evaluate(w.process.shape(typ), w.known)
	w.mu.Unlock()
	if !w.note(w.process.validate(ctx, address, typ, config)) {
		return false
	}
	made, found := w.process.change(ctx, address, typ, old, config)
	if !w.note(found) {
		return false
	}
	made.block = wanted
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes[address] = made
	w.known[address] = made.planned
	return true
}

// change plans what becomes of an instance. A replacement is planned twice, and a tainted object is no prior state.
func (p *process) change(ctx context.Context, address, typ string, old *object, config tftypes.Value) (*change, problems) {
	null := p.null(typ)
	prior, private := null, []byte(nil)
	if old != nil && !old.tainted {
		prior, private = old.value, old.private
	}
	made, found := p.plan(ctx, address, typ, prior, config, private)
	if found.failed() {
		return nil, found
	}
	planned := &change{typ: typ, planning: made}
	switch {
	case old != nil && old.tainted:
		planned.action = replace
	case old == nil:
		planned.action = create
	case made.replaces:
		planned.action = replace
		again, more := p.plan(ctx, address, typ, null, config, made.private)
		planned.planning = again
		found = append(found, more...)
	case made.planned.Equal(prior):
		planned.action = nothing
	default:
		planned.action = update
	}
	return planned, found
}

// orphan plans the removal of an instance whose block is gone.
func (w *planWalk) orphan(ctx context.Context, address string) bool {
	old, ok := w.refresh(ctx, address)
	if !ok || old == nil {
		return ok
	}
	return w.remove(ctx, address, old)
}

func (w *planWalk) remove(ctx context.Context, address string, old *object) bool {
	made, found := w.process.plan(ctx, address, old.typ, old.value, w.process.null(old.typ), old.private)
	if !w.note(found) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changes[address] = &change{action: remove, typ: old.typ, planning: made}
	return true
}

// importState does what `terraform import` does.
func (c *core) importState(ctx context.Context, at, address, typ, id string) problems {
	running, found := start(ctx, settings(c.provider, at, false), true)
	if found.failed() {
		return found
	}
	imported, found := running.importState(ctx, address, typ, id)
	if !found.failed() {
		c.state[address] = imported
	}
	return found
}

// closure returns what a block refers to, directly or through others.
func (c configuration) closure(of block) []string {
	var all []string
	for _, address := range of.needs() {
		if next, ok := c.find(address); ok && !slices.Contains(all, address) {
			all = append(all, address)
			all = append(all, c.closure(next)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

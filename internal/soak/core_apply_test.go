package soak_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// applyWalk is one apply walk under way. A kill freezes the state as it is: Terraform writes it after each instance.
type applyWalk struct {
	process *process
	plan    plan
	how     pace

	mu       sync.Mutex
	state    state
	problems problems
}

// apply carries a plan out, with a provider of its own at the given address, and returns what went wrong.
func (c *core) apply(ctx context.Context, at string, made plan, how pace) problems {
	c.state = made.refreshed
	running, found := c.process(ctx, at, how)
	walk := &applyWalk{process: running, plan: made, how: how, state: made.refreshed, problems: found}
	if found.failed() {
		return found
	}
	var nodes []node
	for address, each := range made.changes {
		if each.action == remove || each.action == replace {
			nodes = append(nodes, node{key: "destroy " + address, after: walk.beforeDestroy(address), run: func() bool {
				return walk.destroy(ctx, address, each)
			}})
		}
		if each.action != remove && each.action != nothing {
			nodes = append(nodes, node{key: address, after: walk.beforeApply(each, address), run: func() bool {
				return walk.instance(ctx, address, each)
			}})
		}
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.key, b.key) })
	how.walk(nodes)
	if c.kept == nil { // Terraform ends the process of each walk. What fails then is told to nobody.
		_ = running.end()
	}
	walk.mu.Lock()
	defer walk.mu.Unlock()
	return slices.Clone(walk.problems)
}

// beforeApply says what has to be over before an instance is created or changed: what its block refers to, directly or
// through instances that do not change, and the removal of what it replaces.
func (w *applyWalk) beforeApply(made *change, address string) []string {
	var all configuration
	for _, each := range w.plan.changes {
		all = append(all, each.block)
	}
	return append(all.closure(made.block), "destroy "+address)
}

// beforeDestroy says what has to be over before an instance goes: the removal of those that needed it and, when it does
// not come back, the change of those that needed it.
func (w *applyWalk) beforeDestroy(address string) []string {
	var earlier []string
	for other, old := range w.state {
		if !slices.Contains(old.needs, address) {
			continue
		}
		earlier = append(earlier, "destroy "+other)
		if w.plan.changes[address].action == remove {
			earlier = append(earlier, other)
		}
	}
	return earlier
}

// during makes one call of the protocol. A killed process gets no answer, and waits for none.
func (w *applyWalk) during(call func()) bool {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		call()
	}()
	select {
	case <-answered:
		return !w.how.killed()
	case <-w.how.dead:
		return false
	}
}

// note adds problems and reports whether there is no error among them.
func (w *applyWalk) note(found problems) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, found...)
	return !found.failed()
}

func (w *applyWalk) keep(address string, now *object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.how.killed():
	case now == nil:
		delete(w.state, address)
	default:
		w.state[address] = now
	}
}

func (w *applyWalk) object(address string) *object {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state[address]
}

// evaluate returns the block's configuration from what the state holds now.
func (w *applyWalk) evaluate(wanted block) tftypes.Value {
	w.mu.Lock()
	defer w.mu.Unlock()
	known := make(map[string]tftypes.Value, len(w.state))
	for address, each := range w.state {
		known[address] = each.value
	}
	return wanted.evaluate(w.process.shape(wanted.typ), known)
}

// instance plans a changed instance once more and applies it.
func (w *applyWalk) instance(ctx context.Context, address string, reviewed *change) bool {
	typ := reviewed.typ
	old := w.object(address)
	config := w.evaluate(reviewed.block)
	var (
		again *change
		found problems
	)
	alive := w.during(func() {
		if old != nil {
			_, found = w.process.upgrade(ctx, address, old)
		}
		found = append(found, w.process.validate(ctx, address, typ, config)...)
		if !found.failed() {
			var more problems
			again, more = w.process.change(ctx, address, typ, old, config)
			found = append(found, more...)
		}
	})
	if !alive || !w.note(found) {
		return false
	}
	if err := agree(reviewed, again); err != nil {
		return w.note(reported(address, nil, err))
	}
	if again.action == nothing {
		return true
	}
	prior := w.process.null(typ)
	if old != nil {
		prior = old.value
	}
	var now object
	alive = w.during(func() {
		now.value, now.private, found = w.process.apply(ctx, address, typ, prior, config, again.planning)
	})
	if !alive {
		return false
	}
	now.typ, now.needs = typ, w.needs(reviewed.block)
	if found.failed() {
		// A failed creation is in the state if the provider said so, and tainted; a failed change leaves the old state.
		if now.value.IsNull() && old != nil {
			now = *old
		}
		now.tainted = prior.IsNull()
	} else if err := checkKept("provider produced inconsistent result after apply", again.planned, now.value); err != nil {
		found = append(found, reported(address, nil, err)...)
	}
	if !now.value.IsNull() {
		w.keep(address, &now)
	}
	return w.note(found)
}

func (w *applyWalk) needs(of block) []string {
	var all configuration
	for _, each := range w.plan.changes {
		all = append(all, each.block)
	}
	return all.closure(of)
}

// errInconsistent is core's "Provider produced inconsistent final plan".
var errInconsistent = errors.New("provider produced inconsistent final plan")

// agree compares the plan that was reviewed with the one made again during apply.
func agree(reviewed, again *change) error {
	planned := reviewed.action
	if planned == replace {
		planned = create // What it replaces is gone by now.
	}
	if again.action != planned && (planned != update || again.action != nothing) {
		return fmt.Errorf("%w: the planned action changed from %s to %s", errInconsistent, planned, again.action)
	}
	return checkKept(errInconsistent.Error(), reviewed.planned, again.planned)
}

// destroy removes an instance, without planning it again.
func (w *applyWalk) destroy(ctx context.Context, address string, made *change) bool {
	old := w.object(address)
	if old == nil {
		return true
	}
	null := w.process.null(made.typ)
	var (
		now     tftypes.Value
		private []byte
		found   problems
	)
	alive := w.during(func() {
		var current tftypes.Value
		if current, found = w.process.upgrade(ctx, address, old); !found.failed() {
			now, private, found = w.process.apply(ctx, address, made.typ, current, null, planning{planned: null, private: made.private})
		}
	})
	if !alive {
		return false
	}
	if !found.failed() {
		w.keep(address, nil)
	} else if !now.IsNull() {
		left := *old
		left.value, left.private = now, private
		w.keep(address, &left)
	}
	return w.note(found)
}

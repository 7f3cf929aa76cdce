package soak_test

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// node is one piece of a walk: it runs after the others that it names, and not at all if one of them fails.
type node struct {
	key   string
	after []string
	run   func() bool
}

// pace is how a walk chooses among what it may do next.
type pace struct {
	// order draws the order; nothing in a graph decides it.
	order *rand.Rand
	// parallel runs up to ten nodes at a time instead of one.
	parallel bool
	// hangs says that a request of this walk hangs.
	hangs bool
	// dead is closed when the process that walks was killed.
	dead <-chan struct{}
}

func (p pace) killed() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// walk runs all nodes. Edges to nodes that are not there count for nothing.
func (p pace) walk(nodes []node) {
	if p.parallel {
		p.walkTogether(nodes)
		return
	}
	p.walkOneByOne(nodes)
}

func (p pace) walkOneByOne(nodes []node) {
	done := make(map[string]bool) // To whether it went well.
	exists := keys(nodes)
	for len(nodes) > 0 && !p.killed() {
		var ready []int
		for index, each := range nodes {
			waits := slices.ContainsFunc(each.after, func(key string) bool {
				_, over := done[key]
				return exists[key] && !over
			})
			if !waits {
				ready = append(ready, index)
			}
		}
		chosen := ready[p.order.IntN(len(ready))]
		next := nodes[chosen]
		nodes = slices.Delete(slices.Clone(nodes), chosen, chosen+1)
		done[next.key] = allWell(next, exists, func(key string) bool { return done[key] }) && next.run()
	}
}

func (p pace) walkTogether(nodes []node) {
	exists := keys(nodes)
	over := make(map[string]chan struct{}, len(nodes))
	for key := range exists {
		over[key] = make(chan struct{})
	}
	var (
		mu    sync.Mutex
		well  = make(map[string]bool)
		slots = make(chan struct{}, 10)
		group sync.WaitGroup
	)
	p.order.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	for _, each := range nodes {
		group.Go(func() {
			defer close(over[each.key])
			for _, key := range each.after {
				if exists[key] {
					<-over[key]
				}
			}
			mu.Lock()
			ready := allWell(each, exists, func(key string) bool { return well[key] })
			mu.Unlock()
			slots <- struct{}{}
			result := ready && !p.killed() && each.run()
			<-slots
			mu.Lock()
			well[each.key] = result
			mu.Unlock()
		})
	}
	group.Wait()
}

func keys(nodes []node) map[string]bool {
	exists := make(map[string]bool, len(nodes))
	for _, each := range nodes {
		exists[each.key] = true
	}
	return exists
}

func allWell(of node, exists map[string]bool, well func(string) bool) bool {
	return !slices.ContainsFunc(of.after, func(key string) bool { return exists[key] && !well(key) })
}

package provider

import "sync"

// aliasPlace is one alias of one model.
type aliasPlace struct {
	model, alias string
}

// aliasClaims are the aliases that the resources of one walk declare. Like the claims of stages, they see what this
// process plans, in whatever order Terraform plans it.
type aliasClaims struct {
	mu sync.Mutex
	// inState are aliases of resources that were planned with a prior state.
	inState map[aliasPlace]bool
	// fresh are aliases of resources that were planned without one.
	fresh map[aliasPlace]bool
	// ours are aliases that this process has set: the plan of an instance is made again during apply.
	ours map[aliasPlace]bool
}

// note tells that a resource in the state has the alias.
func (c *aliasClaims) note(at aliasPlace) { c.mark(&c.inState, at) }

// own tells that this process is setting the alias.
func (c *aliasClaims) own(at aliasPlace) { c.mark(&c.ours, at) }

func (c *aliasClaims) mark(places *map[aliasPlace]bool, at aliasPlace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *places == nil {
		*places = make(map[aliasPlace]bool)
	}
	(*places)[at] = true
}

// isOurs reports whether this process has set the alias.
func (c *aliasClaims) isOurs(at aliasPlace) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ours[at]
}

// claim notes a resource that is new to the state. replaced is true when a resource in the state has the same alias: one
// that is replaced is planned twice, with its prior state and without. duplicate is true when another new one has it.
func (c *aliasClaims) claim(at aliasPlace) (replaced, duplicate bool) {
	c.mu.Lock()
	replaced, duplicate = c.inState[at], c.fresh[at]
	c.mu.Unlock()
	c.mark(&c.fresh, at)
	return replaced, duplicate
}

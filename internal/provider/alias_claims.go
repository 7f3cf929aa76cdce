package provider

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// aliasPlace is one alias of one model.
type aliasPlace struct {
	model, alias string
}

// aliasClaims are the aliases that the resources of one walk declare. Like the claims of stages, they see what this
// process plans, in whatever order Terraform plans it.
type aliasClaims struct {
	mu sync.Mutex
	// writes keeps the deletion of an alias by one resource and its setting by another apart.
	writes placeLocks[aliasPlace]
	// read are aliases of resources in the state, whether or not they are planned with it: a tainted one is planned as new.
	read map[aliasPlace]bool
	// kept are the planned versions of aliases of resources that were planned with a prior state.
	kept map[aliasPlace]types.String
	// fresh are the planned versions of aliases of resources that were planned without one.
	fresh map[aliasPlace]types.String
	// leaving are aliases of resources that are planned to be destroyed.
	leaving map[aliasPlace]bool
	// ours are aliases that this process has set: the plan of an instance is made again during apply.
	ours map[aliasPlace]bool
}

func newAliasClaims() *aliasClaims {
	return &aliasClaims{
		read: make(map[aliasPlace]bool), leaving: make(map[aliasPlace]bool), ours: make(map[aliasPlace]bool),
		kept: make(map[aliasPlace]types.String), fresh: make(map[aliasPlace]types.String),
	}
}

// forget drops all claims.
func (c *aliasClaims) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.read)
	clear(c.leaving)
	clear(c.ours)
	clear(c.kept)
	clear(c.fresh)
}

// note tells that a resource in the state has the alias.
func (c *aliasClaims) note(at aliasPlace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read[at] = true
}

// keep notes a resource that is planned with its prior state, and reports whether a new one has the same alias: Terraform
// plans a resource that is replaced twice, first as it is in the state.
func (c *aliasClaims) keep(at aliasPlace, version types.String) (duplicate bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[at] = version
	_, duplicate = c.fresh[at]
	return duplicate
}

// claim notes a resource that is new to the state. replaced is true when a resource in the state has the same alias, for the
// same version: one that is replaced. duplicate is true when another resource has it.
func (c *aliasClaims) claim(at aliasPlace, version types.String) (replaced, duplicate bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, duplicate = c.fresh[at]
	c.fresh[at] = version
	kept, found := c.kept[at]
	return found, duplicate || found && !kept.Equal(version)
}

// isRead reports whether a resource in the state was found to have the alias.
func (c *aliasClaims) isRead(at aliasPlace) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read[at]
}

// leave notes a resource that is planned to be destroyed, and reports whether a new one has its alias.
func (c *aliasClaims) leave(at aliasPlace) (comes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaving[at] = true
	_, comes = c.fresh[at]
	return comes
}

// isLeaving reports whether a resource with the alias is planned to be destroyed.
func (c *aliasClaims) isLeaving(at aliasPlace) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaving[at]
}

// own tells that this process is setting the alias.
func (c *aliasClaims) own(at aliasPlace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ours[at] = true
}

// isOurs reports whether this process has set the alias.
func (c *aliasClaims) isOurs(at aliasPlace) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ours[at]
}

package soak_test

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// conflict reports whether a configuration gives one exclusive stage to two versions, which its plan has to refuse.
func (c drawnCase) conflict(wanted configuration) bool {
	claimed := make(map[registry.Stage][]string)
	for _, each := range wanted {
		stage, err := registry.ParseStage(each.text("stage"))
		if err != nil || !stage.Exclusive() || c.shared {
			continue
		}
		claimed[stage] = append(claimed[stage], wanted.target(each))
	}
	for _, targets := range claimed {
		slices.Sort(targets)
		if len(slices.Compact(targets)) > 1 {
			return true
		}
	}
	return false
}

// target says which version a block is about: a number, or the address of the block that registers it.
func (c configuration) target(of block) string {
	switch version := of.attributes["version"].(type) {
	case string:
		return version
	case reference:
		if registered, ok := c.find(version.address); ok {
			return c.target(registered)
		}
	}
	return of.address()
}

// unknownPointer reports whether a plan leaves open which version a pointer will name: then apply does the check.
func (r *run) unknownPointer(made plan) bool {
	for _, each := range made.changes {
		if each.typ == pointerType && each.action != remove && !attributesOf(each.planned)["version"].IsKnown() {
			return true
		}
	}
	return false
}

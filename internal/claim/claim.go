package claim

import (
	"cmp"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Claim is one resource's word on one object: that it is there, and how.
type Claim struct {
	// On is what is declared.
	On Object
	// Of is what the resource is about: that object, or the model or version whose stage or tags it declares.
	Of Object
	// Owner is the type of the resource, or the attribute of it, as messages name it.
	Owner string
	// Stored is set for a resource in the state. One that is not is new.
	Stored bool
	// Changes is set when the registry does not have yet what is declared.
	Changes bool
	// Value is the value of a tag, or the number of the version that an alias points at; Unknown says that it is not known yet.
	Value   string
	Unknown bool
	// Removed says that a map gives the tag up.
	Removed bool
	// Single is set for a resource that is nothing but this tag.
	Single bool

	// The rest is about stages.

	// Version is to hold the stage; 0 for one that is yet to be registered.
	Version registry.Number
	// Source is the source of the version, where the resource has one: it tells a new version from another.
	Source string
	// Pointer is set for a resource that is nothing but this claim on a stage.
	Pointer bool
	// Shared says that other versions may hold the stage as well.
	Shared bool
}

// same reports whether two claims on a stage mean one version. A resource that is replaced is planned twice, as it is and as new, with
// the same source.
func (c Claim) same(other Claim) bool {
	return c.Version == other.Version && (c.Version != 0 || c.Source == other.Source) ||
		(c.Version == 0) != (other.Version == 0) && c.Source != "" && c.Source == other.Source
}

// Compare orders claims on stages by version, new ones last and by source.
func (c Claim) Compare(other Claim) int {
	return cmp.Or(cmp.Compare(uint64(c.Version-1), uint64(other.Version-1)), cmp.Compare(c.Source, other.Source))
}

// equal reports whether two claims give an alias or a tag one value.
func (c Claim) equal(other Claim) bool { return c.Value == other.Value && c.Unknown == other.Unknown }

// against reports whether a claim is at odds with an earlier one on the same object.
func (c Claim) against(earlier Claim) bool {
	switch c.On.Kind {
	case KindStage:
		return !c.same(earlier) && (!c.Shared || !earlier.Shared) && registry.Stage(c.On.Name).Exclusive()
	case KindTag:
		return c.againstTag(earlier)
	case KindAlias:
		// One that is new after one in the state, with the same version, is that one, replaced.
		return !earlier.Stored || !c.equal(earlier)
	case KindModel:
		return !earlier.Stored
	case KindVersion: // Several resources may know a version.
	}
	return false
}

// againstTag does so for tags. Two maps are not compared: they meet on an object that two resources declare, and what is at odds there
// is more than a tag.
func (c Claim) againstTag(earlier Claim) bool {
	one, other := c, earlier
	if other.Single {
		one, other = other, one
	}
	switch {
	case !one.Single:
		return false
	case other.Single:
		return !earlier.Stored || c.Stored || !c.equal(earlier)
	case other.Removed:
		return one.Stored // One that is new takes the tag over in this apply.
	}
	return true
}

// at reports whether a claim gives a version a stage.
func (c Claim) at(model string, version registry.Number) bool {
	return c.On.Kind == KindStage && c.On.Model == model && version != 0 && c.Version == version
}

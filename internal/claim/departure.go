package claim

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

// Departure is a resource that is planned to be destroyed, and what becomes of its object.
type Departure struct {
	// On is the object. A pointer's is its stage.
	On Object
	// Version is the version that a pointer has given its stage to.
	Version registry.Number
	// Stage is the exclusive stage that the version of the resource leaves; empty if it leaves none.
	Stage registry.Stage
	// Deletes says that the object is deleted, not only archived.
	Deletes bool
	// Contents says that all that is in a model goes with it.
	Contents bool
	// Replaced says that the resource comes back in the same apply.
	Replaced bool
	// Kept is the answer that the plan of the destroy was given: another resource keeps the object.
	Kept bool
	// open is set until the answer is given.
	open bool
}

// keptBy reports whether a claim keeps what departs.
func (d Departure) keptBy(c Claim) bool {
	switch {
	case c.Removed:
		return false
	case d.On.Kind == KindStage:
		return c.at(d.On.Model, d.Version)
	case d.On.Kind == KindVersion:
		return c.On == d.On || c.at(d.On.Model, d.On.Version)
	}
	return c.On == d.On
}

// heldBy reports whether a claim gives the stage that is left to somebody.
func (d Departure) heldBy(c Claim) bool {
	return d.Stage != "" && c.On == Stage(d.On.Model, d.Stage)
}

// ends reports whether a claim is on something that goes with a model which departs.
func (d Departure) ends(c Claim) bool {
	return d.Contents && c.On.Kind != KindModel && c.Of != d.On && !c.Removed && (c.Stored || !d.Replaced)
}

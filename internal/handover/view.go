package handover

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// View is who held which exclusive stage of one model at one moment. A plan is reviewed against it. Its JSON form is
// kept in the private state of resources.
type View map[registry.Stage][]registry.Number

// Observe returns the view that versions give. Every exclusive stage has an entry.
func Observe(versions []registry.Version) View {
	view := make(View, len(registry.ExclusiveStages()))
	for _, stage := range registry.ExclusiveStages() {
		holders := registry.Holders(versions, stage)
		if holders == nil {
			holders = []registry.Number{}
		}
		view[stage] = holders
	}
	return view
}

// Others returns the holders of stage without the given version, in ascending order.
func (v View) Others(stage registry.Stage, version registry.Number) []registry.Number {
	return slices.DeleteFunc(registry.SortedNumbers(v[stage]), func(holder registry.Number) bool { return holder == version })
}

// With returns the view once a version is in the stage that it has now, and the others are where they were. A stage that is
// exclusive for the version is for the caller to clear.
func (v View) With(version registry.Version) View {
	view := make(View, len(v)+1)
	for stage, holders := range v {
		view[stage] = slices.DeleteFunc(slices.Clone(holders), func(holder registry.Number) bool { return holder == version.Number })
	}
	if version.Stage.Exclusive() {
		view[version.Stage] = registry.SortedNumbers(append(view[version.Stage], version.Number))
	}
	return view
}

// Holder returns the version that counts as the holder of stage, and whether there is one: the preferred version if it
// holds the stage, else the holder that arbitration would let win.
func Holder(versions []registry.Version, stage registry.Stage, preferred registry.Number) (registry.Version, bool) {
	if version, found := registry.FindVersion(versions, preferred); found && version.Stage == stage {
		return version, true
	}
	return greatest(versions, stage)
}

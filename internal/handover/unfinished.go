package handover

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Unfinished returns the versions that a run which has not ended, or which ended without a state that has them, registered
// from the same origin as wanted, whose source is resolved: they bear a lease, and are where that run can have brought them
// (stage is what they were to go to), or in Archived, where another client that promotes at the same time sends the one that loses. A version
// whose registration failed cannot serve, and is none of them.
func Unfinished(versions []registry.Version, wanted registry.NewVersion, stage registry.Stage) []registry.Version {
	var left []registry.Version
	for _, version := range versions {
		_, marked := markOf(version)
		reached := slices.Contains([]registry.Stage{registry.StageNone, stage, registry.StageArchived}, version.Stage)
		if marked && reached && version.Status != registry.StatusFailed && sameOrigin(version, wanted) {
			left = append(left, version)
		}
	}
	return left
}

package handover

import (
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Unfinished returns the versions that a run which has not ended, or which ended without a state that has them, registered
// from the same origin as wanted, whose source is resolved: they bear a lease, and are where that run can have brought them
// (stage is what they were to go to). A version whose registration failed cannot serve, and is none of them.
func Unfinished(versions []registry.Version, wanted registry.NewVersion, stage registry.Stage) []registry.Version {
	return leasedIn(versions, wanted, registry.StageNone, stage)
}

// leasedIn returns the versions from an origin that bear a lease, whether or not it has run out, and are in one of the stages.
func leasedIn(versions []registry.Version, wanted registry.NewVersion, stages ...registry.Stage) []registry.Version {
	var left []registry.Version
	for _, version := range versions {
		_, marked := markOf(version)
		if marked && slices.Contains(stages, version.Stage) && version.Status != registry.StatusFailed && sameOrigin(version, wanted) {
			left = append(left, version)
		}
	}
	return left
}

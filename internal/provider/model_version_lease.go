package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// finishStored takes off the lease that a create has left on a version, once the version is in the state: the process of the create
// takes it off itself, unless it was killed.
func (r *modelVersionResource) finishStored(ctx context.Context, version registry.Version, memory *versionMemory, diags *diag.Diagnostics) {
	off, err := r.session.engine.FinishStored(ctx, version, memory.Lease)
	_, taken := errors.AsType[*handover.TakenError](err)
	switch {
	case off: // Its name stays in the memory: Terraform would take another private state for a change.
	case taken:
		diags.AddWarning(fmt.Sprintf("Version %s of model %q may belong to another run", version.Number, version.Model),
			"This state has it, and its apply was killed before the version was marked as complete. Another run from the same source has a lease on "+
				"the version by now and takes it over: two states will have it. Keep it in one of them, and take it out of the other with "+
				"terraform state rm.")
	default:
		keepsTag(version, err, diags)
	}
}

// keepsTag warns of a version whose lease could not be taken off.
func keepsTag(version registry.Version, err error, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("Version %s of model %q keeps a tag of this provider", version.Number, version.Model),
		fmt.Sprintf("%s\n\nThe tag %s says that its registration is not complete, and it is. The next plan with a refresh removes the tag, if it may: "+
			"or delete it by hand.", explain(err), handover.UnfinishedTag))
}

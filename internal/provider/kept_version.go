package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// keptKey marks, in the private part of a planned destroy, a version that another resource of the configuration puts into a stage.
const keptKey = "kept"

// planLeave plans what becomes of the stage of a version whose resource is destroyed. If another resource keeps the version in it, that is
// noted: the resource may be unchanged, and then the apply, another process, does not plan it again and would know nothing of
// it. Terraform hands the private part of the planned destroy to the apply. If nobody holds an exclusive stage afterwards, it warns.
func (s *session) planLeave(ctx context.Context, version registry.Version, view handover.View, resp *resource.ModifyPlanResponse) {
	if !s.known() {
		return
	}
	var kept, held bool
	if version.Stage.Exclusive() {
		kept, held = s.claims.afterDestroy(ctx, place{version.Model, version.Stage}, version.Number)
	} else { // Not worth waiting for: nobody is served from there.
		kept, held = s.claims.isStaged(version.Model, version.Number), true
	}
	if kept {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, keptKey, []byte("true"))...)
	}
	if !held && len(view.Others(version.Stage, version.Number)) == 0 {
		warnOfEmptyStage(version, &resp.Diagnostics)
	}
}

// isNotedKept reports whether the plan of this destroy noted that the version stays where it is.
func isNotedKept(ctx context.Context, private privateReader, diags *diag.Diagnostics) bool {
	noted, more := private.GetKey(ctx, keptKey)
	diags.Append(more...)
	return len(noted) > 0
}

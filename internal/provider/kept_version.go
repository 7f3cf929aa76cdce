package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// keptKey marks, in the private part of a planned destroy, a version that another resource of the configuration puts into a stage.
const keptKey = "kept"

// noteKept notes in the plan of a destroy that the version stays where it is. The resource that keeps it may be unchanged: then the
// apply, another process, does not plan it again and would know nothing of it. Terraform hands the private part of the planned
// destroy to the apply. A resource that is planned later than this one is not seen, and the plan has warned of an empty stage.
func (s *session) noteKept(ctx context.Context, model string, version registry.Number, private privateWriter, diags *diag.Diagnostics) {
	if s.known() && s.claims.isStaged(model, version) {
		diags.Append(private.SetKey(ctx, keptKey, []byte("true"))...)
	}
}

// isNotedKept reports whether the plan of this destroy noted that the version stays where it is.
func isNotedKept(ctx context.Context, private privateReader, diags *diag.Diagnostics) bool {
	noted, more := private.GetKey(ctx, keptKey)
	diags.Append(more...)
	return len(noted) > 0
}

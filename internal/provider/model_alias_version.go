package provider

import (
	"context"
	"errors"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// seenKey is where an alias keeps, in Terraform's private state, the time of the last update of its model that the last apply has seen. A read
// does not renew it: plan -refresh-only takes a change of the private state for drift.
const seenKey = "seen"

// seenModel notes that the version of an alias was there by the model's last update.
func seenModel(ctx context.Context, model registry.Model, private privateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, seenKey, []byte(strconv.FormatInt(model.UpdatedAt.UnixMilli(), 10)))...)
}

// leadsNowhere reports whether the version that an alias points at was deleted: MLflow before 3.17 keeps its aliases. A plan costs a request
// more for that only where the model was updated since the last apply, and the version is the latest of no stage, which the model itself
// tells.
func (r *modelAliasResource) leadsNowhere(
	ctx context.Context, at claim.Object, model registry.Model, private privateReader, diags *diag.Diagnostics,
) bool {
	text, more := private.GetKey(ctx, seenKey)
	diags.Append(more...)
	number := model.Aliases[at.Name]
	seen, err := strconv.ParseInt(string(text), 10, 64)
	if _, latest := model.Latest[number]; latest || err == nil && model.UpdatedAt.UnixMilli() == seen {
		return false
	}
	if _, known := r.session.seenVersions(at.Model); known {
		_, _, err = r.session.find(ctx, at.Model, number)
	} else {
		_, err = r.session.cache.Version(ctx, at.Model, number)
	}
	return errors.Is(err, registry.ErrNotFound)
}

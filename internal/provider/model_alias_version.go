package provider

import (
	"context"
	"errors"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// seenKey is where an alias keeps, in Terraform's private state, the time of the last update of its model by which its version was there.
const seenKey = "seen"

// seenModel notes that the version of an alias was there by the model's last update.
func seenModel(ctx context.Context, model registry.Model, private privateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, seenKey, []byte(strconv.FormatInt(model.UpdatedAt.UnixMilli(), 10)))...)
}

// leadsNowhere reports whether the version that an alias points at was deleted: MLflow before 3.17 keeps its aliases. A plan is to cost no
// request more for that. A model that was not updated since has all its versions, and its newest one is there, as the model itself
// says; only then the versions are asked.
func (r *modelAliasResource) leadsNowhere(
	ctx context.Context, at claim.Object, model registry.Model, private privateReader, diags *diag.Diagnostics,
) bool {
	text, more := private.GetKey(ctx, seenKey)
	diags.Append(more...)
	number := model.Aliases[at.Name]
	seen, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || model.UpdatedAt.UnixMilli() == seen || number == model.LatestVersion {
		return false
	}
	_, _, err = r.session.find(ctx, at.Model, number)
	return errors.Is(err, registry.ErrNotFound)
}

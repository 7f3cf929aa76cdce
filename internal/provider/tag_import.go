package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ImportState takes an ID of the form MODEL/KEY or MODEL/VERSION/KEY, or an identity. Names of models and versions hold no
// slash, so that the key is the rest, whatever it holds.
func (r *tagResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	given := map[string]string{}
	checks := map[string]func(string) error{"model_name": registry.ValidateModelName, "key": registry.ValidateTagKey}
	parts, form := []string{"model_name", "key"}, "MODEL/KEY, such as fraud/team"
	if r.ofVersion {
		checks["version"] = func(text string) error { _, err := registry.ParseNumber(text); return err }
		parts, form = []string{"model_name", "version", "key"}, "MODEL/VERSION/KEY, such as fraud/7/validation_status"
	}
	if req.ID == "" {
		for _, part := range parts {
			given[part] = identityAttribute(ctx, req, part, checks[part], &resp.Diagnostics)
		}
	} else {
		words := strings.SplitN(req.ID, "/", len(parts))
		wrong := make([]error, 0, len(parts))
		for index, part := range parts[:len(words)] {
			given[part] = words[index]
			wrong = append(wrong, checks[part](words[index]))
		}
		if err := errors.Join(wrong...); len(words) < len(parts) || err != nil {
			text := fmt.Sprintf("%q is not of the form %s.", req.ID, form)
			if err != nil {
				text += " " + explain(err)
			}
			resp.Diagnostics.AddError("Invalid import ID", text)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for _, part := range parts {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(part), given[part])...)
	}
	markImported(ctx, resp.Private, &resp.Diagnostics)
}

package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// modelURIVersion is the schema version of versions, pointers and aliases since they have model_uri. In version 0 the promoted_with
// of the first two was a map that had the values of promotion tags as well.
const modelURIVersion = 2

func (r *modelVersionResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return addressedUpgrade("version", "")
}

func (r *modelStageResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return addressedUpgrade("stage", "")
}

func (r *modelAliasResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return addressedUpgrade("alias", "@")
}

// addressedUpgrade drops the values of promoted_with from a state and adds the address of what it is about, which the attribute ref
// names, and before stands before it. Terraform asks for it before it does anything else with the state, so that it is no difference of a
// plan; the next apply or refresh writes the state so.
func addressedUpgrade(ref, before string) map[int64]resource.StateUpgrader {
	upgrader := resource.StateUpgrader{
		StateUpgrader: func(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
			upgraded, err := upgradedState(req.RawState, ref, before)
			if err == nil {
				resp.State.Raw, err = upgraded.UnmarshalWithOpts(resp.State.Schema.Type().TerraformType(ctx), tfprotov6.UnmarshalOpts{
					ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true},
				})
			}
			if err != nil {
				resp.Diagnostics.AddError("Unable to read the state of a version, a pointer or an alias", explainWith(err, unreadableState))
			}
		},
	}
	return map[int64]resource.StateUpgrader{0: upgrader, 1: upgrader}
}

func upgradedState(state *tfprotov6.RawState, ref, before string) (*tfprotov6.RawState, error) {
	if state == nil || state.JSON == nil {
		return nil, errors.New("the state is not JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(state.JSON))
	decoder.UseNumber()
	var attributes map[string]any
	if err := decoder.Decode(&attributes); err != nil {
		return nil, err
	}
	if tags, had := attributes["promoted_with"].(map[string]any); had {
		attributes["promoted_with"] = slices.Sorted(maps.Keys(tags))
	}
	model, named := attributes["model_name"].(string)
	to, known := attributes[ref].(string)
	if before != "" && attributes["on_destroy"] == nil { // Aliases have it since, with this default.
		attributes["on_destroy"] = destroyRemove
	}
	if named && known {
		attributes["model_uri"] = modelURI(types.StringValue(model), types.StringValue(to), before).ValueStringPointer()
	}
	changed, err := json.Marshal(attributes)
	return &tfprotov6.RawState{JSON: changed}, err
}

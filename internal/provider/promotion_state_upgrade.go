package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// promotedWithKeys is the schema version of versions and pointers since promoted_with has the keys of promotion tags. In version 0
// it was a map that had their values as well.
const promotedWithKeys = 1

func (r *modelVersionResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return promotedWithUpgrade()
}

func (r *modelStageResource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return promotedWithUpgrade()
}

// promotedWithUpgrade drops the values of promoted_with from a state. Terraform asks for it before it does anything else with the
// state, so that it is no difference of a plan; the next apply or refresh writes the state without them.
func promotedWithUpgrade() map[int64]resource.StateUpgrader {
	return map[int64]resource.StateUpgrader{0: {StateUpgrader: dropPromotedWithValues}}
}

func dropPromotedWithValues(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
	upgraded, err := withoutPromotedWithValues(req.RawState)
	if err == nil {
		resp.State.Raw, err = upgraded.UnmarshalWithOpts(resp.State.Schema.Type().TerraformType(ctx), tfprotov6.UnmarshalOpts{
			ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true},
		})
	}
	if err != nil {
		resp.Diagnostics.AddError("Unable to read the state of a version or a pointer", explainWith(err, unreadableState))
	}
}

func withoutPromotedWithValues(state *tfprotov6.RawState) (*tfprotov6.RawState, error) {
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
	changed, err := json.Marshal(attributes)
	return &tfprotov6.RawState{JSON: changed}, err
}

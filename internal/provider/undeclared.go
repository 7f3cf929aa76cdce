package provider

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// undeclaredKey is where undeclared is kept in the private state.
const undeclaredKey = "undeclared"

// undeclared is what an import found on a model or a version and no apply has declared since. The state shows it, so that a
// configuration which says the same has an empty plan, and so that Terraform can write a configuration from it. A read knows no
// configuration, hence only an update can take something off this list.
type undeclared struct {
	// Description says that the description is such a one.
	Description bool `json:"description,omitempty"`
	// Tags are the keys of such tags, in ascending order.
	Tags []string `json:"tags,omitempty"`
}

func loadUndeclared(ctx context.Context, private privateReader, diags *diag.Diagnostics) *undeclared {
	found := &undeclared{}
	stored, more := private.GetKey(ctx, undeclaredKey)
	diags.Append(more...)
	if len(stored) == 0 {
		return found
	}
	if err := json.Unmarshal(stored, found); err != nil {
		diags.AddError("Unable to read the private state of an import", explainWith(err, unreadableState))
	}
	return found
}

func (u *undeclared) store(ctx context.Context, private privateWriter, diags *diag.Diagnostics) {
	stored, err := json.Marshal(u)
	if err != nil {
		diags.AddError("Unable to keep the private state of an import", explainWith(err, providerBug))
		return
	}
	diags.Append(private.SetKey(ctx, undeclaredKey, stored)...)
}

// noteFound keeps what an import has put into the state.
func noteFound(ctx context.Context, tags types.Map, private privateWriter, diags *diag.Diagnostics) {
	found := &undeclared{Description: true, Tags: slices.Sorted(maps.Keys(tags.Elements()))}
	found.store(ctx, private, diags)
}

// declare takes what a configuration declares off the list, and what the new state no longer shows.
func (u *undeclared) declare(description types.String, tags, state types.Map) {
	u.Description = u.Description && description.IsNull()
	u.Tags = slices.DeleteFunc(u.Tags, func(key string) bool {
		_, declared := tags.Elements()[key]
		_, shown := state.Elements()[key]
		return declared || !shown
	})
}

// managed returns the tags of a state without those that nothing declares: neither an earlier apply nor config.
func (u *undeclared) managed(state, config types.Map) types.Map {
	if len(u.Tags) == 0 || state.IsNull() || state.IsUnknown() {
		return state
	}
	kept := maps.Clone(state.Elements())
	for _, key := range u.Tags {
		if _, declared := config.Elements()[key]; !declared {
			delete(kept, key)
		}
	}
	return types.MapValueMust(types.StringType, kept)
}

// left returns the tags of a state that nothing has declared.
func (u *undeclared) left(state types.Map) types.Map {
	kept := maps.Clone(state.Elements())
	maps.DeleteFunc(kept, func(key string, _ attr.Value) bool { return !slices.Contains(u.Tags, key) })
	return types.MapValueMust(types.StringType, kept)
}

// keep puts what was planned back into a description and tags that were read after a change. others gets to know what differs,
// unless nothing has declared it.
func (u *undeclared) keep(others *meanwhile, description types.String, tags types.Map, readDescription *types.String, readTags *types.Map) {
	if u.Description {
		*readDescription = description
	}
	keep(others, "description", description, readDescription)
	if u.managed(tags, types.MapNull(types.StringType)).Equal(u.managed(*readTags, types.MapNull(types.StringType))) {
		*readTags = tags
	}
	keep(others, "tags", tags, readTags)
}

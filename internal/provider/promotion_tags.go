package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// signature returns the promotion tags of a version that enters stage: those of the provider block, which are about
// Production, and the resource's own.
func (s *session) signature(stage registry.Stage, own map[string]string) map[string]string {
	if !stage.Exclusive() {
		return nil
	}
	return overlaid(s.onProduction(stage, s.promotionTags), own)
}

// signatureKeys returns the keys of the signature, which are known before its values are.
func (s *session) signatureKeys(stage registry.Stage, own types.Map) []string {
	if !stage.Exclusive() {
		return nil
	}
	return slices.AppendSeq(slices.Collect(maps.Keys(own.Elements())), maps.Keys(s.onProduction(stage, s.promotionTags)))
}

// unwrittenTags are promotion tags of a promotion that happened, still to be written. They are in the private part of the state,
// which whoever reads the state can read: so they have no value, which may be a secret. The next apply takes the values from its own
// configuration.
type unwrittenTags struct {
	// Version is the version that was promoted.
	Version registry.Number `json:"version"`
	// Keys are the keys of the tags, in ascending order.
	Keys []string `json:"keys,omitempty"`
	// Move is what the placeholders stand for.
	Move placeholderWords `json:"move,omitempty"`
	// Filled are the tags, with their values, as states of schema version 0 have them. The next apply writes and forgets them.
	Filled map[string]string `json:"tags,omitempty"`
}

// wanted returns which of the tags are to be written still: those that are promotion tags of the configuration.
func (u *unwrittenTags) wanted(signature map[string]string) map[string]string {
	tags := make(map[string]string)
	for key, value := range fillIn(signature, u.Move) {
		if old, had := u.Filled[key]; had {
			tags[key] = old
		} else if slices.Contains(u.Keys, key) {
			tags[key] = value
		}
	}
	return tags
}

// sign writes the promotion tags of a handover that is settled, and returns the keys of those written. What cannot be written is a
// warning, since the promotion stands, and is kept in memory: the next plan shows it as a change of promoted_with. A
// version that was in its stage before is not signed; promoted is false then.
func (s *session) sign(
	ctx context.Context, goal handover.Goal, outcome handover.Outcome, own map[string]string, memory *versionMemory, diags *diag.Diagnostics,
) (written []string, promoted bool) {
	if !goal.Enters(outcome.From) {
		return nil, false
	}
	memory.Unwritten = nil
	move := wordsOf(goal, outcome)
	tags := fillIn(s.signature(goal.Stage, own), move)
	written, err := s.write(ctx, goal.Model, goal.Version, tags)
	if err == nil {
		return written, true
	}
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(tags)), func(key string) bool { return slices.Contains(written, key) })
	memory.Unwritten = &unwrittenTags{Version: goal.Version, Keys: left, Move: move}
	diags.AddAttributeWarning(path.Root("promotion_tags"),
		fmt.Sprintf("Promotion tags of version %s of model %q could not be written", goal.Version, goal.Model),
		fmt.Sprintf("The version was promoted and holds %s, but it lacks its promotion tags %s. The next plan shows promoted_with as a change, "+
			"and applying it writes them, with the values that its configuration has.\n\n%s", goal.Stage, strings.Join(left, ", "),
			explainWithout(err, tags)))
	return written, true
}

// signBelatedly writes the tags that sign could not write, before anything else is done, and reports whether to go on. Their keys
// are added to promotedWith.
func (s *session) signBelatedly(
	ctx context.Context, goal handover.Goal, own types.Map, memory *versionMemory, promotedWith *types.Set, diags *diag.Diagnostics,
) bool {
	left := memory.Unwritten
	memory.Unwritten = nil
	if left == nil {
		return true
	}
	tags := left.wanted(s.signature(goal.Stage, declaredTags(ctx, own, diags)))
	written, err := s.write(ctx, goal.Model, left.Version, tags)
	if err == nil || errors.Is(err, registry.ErrNotFound) {
		*promotedWith = withKeys(ctx, *promotedWith, written, diags)
		return true
	}
	diags.AddAttributeError(path.Root("promotion_tags"),
		fmt.Sprintf("Promotion tags of version %s of model %q could not be written", left.Version, goal.Model),
		"They belong to its last promotion. Nothing else was changed. To do without them, remove promotion_tags.\n\n"+explainWithout(err, tags))
	return false
}

// stillWanted returns those keys of unwritten tags that are still promotion tags of the stage.
func (s *session) stillWanted(left *unwrittenTags, stage registry.Stage, own types.Map) []string {
	if left == nil {
		return nil
	}
	keys := s.signatureKeys(stage, own)
	return slices.DeleteFunc(slices.AppendSeq(slices.Clone(left.Keys), maps.Keys(left.Filled)), func(key string) bool {
		return !slices.Contains(keys, key)
	})
}

// write sets tags of a version in the order of their keys, up to the first that fails, and returns the keys of those that
// are set. It goes on for some seconds after a cancellation: the promotion is done.
func (s *session) write(ctx context.Context, model string, number registry.Number, tags map[string]string) (written []string, err error) {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if err := s.cache.SetVersionTag(ctx, model, number, key, tags[key]); err != nil {
			return written, err
		}
		written = append(written, key)
	}
	return written, nil
}

// planSignature returns the planned promoted_with: not known yet for a version that enters the stage and gets tags, since one that
// cannot be written is left out; else what it was, with what could not be written and is written now.
func (s *session) planSignature(
	ctx context.Context, goal handover.Goal, from registry.Stage, own types.Map, before types.Set, memory *versionMemory, diags *diag.Diagnostics,
) types.Set {
	if !s.known() || own.IsUnknown() {
		return types.SetUnknown(types.StringType)
	}
	keys := s.signatureKeys(goal.Stage, own)
	if goal.Enters(from) {
		s.checkSignatureSpelling(ctx, goal, keys, diags)
	}
	switch {
	case goal.Enters(from) && len(keys) > 0:
		return types.SetUnknown(types.StringType)
	case goal.Enters(from):
		return types.SetNull(types.StringType)
	}
	return withKeys(ctx, before, s.stillWanted(memory.Unwritten, goal.Stage, own), diags)
}

// checkSignatureSpelling fails the plan of a promotion tag that the version has in another spelling. It goes by what the walk has read: the
// apply, which plans once more, asks nothing for it.
func (s *session) checkSignatureSpelling(ctx context.Context, goal handover.Goal, keys []string, diags *diag.Diagnostics) {
	versions, _ := s.seenVersions(goal.Model)
	version, _ := registry.FindVersion(versions, goal.Version)
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		spelled(ctx, s, "promotion_tags", "tag", goal.Model, key, version.Tags, nil, diags)
	}
}

// settleSignature puts the keys of what was written into the state where the plan left it open. before is what it was; null for a
// resource that is new.
func settleSignature(ctx context.Context, planned *types.Set, written []string, promoted bool, before types.Set, diags *diag.Diagnostics) {
	switch {
	case !planned.IsUnknown():
	case !promoted:
		*planned = before
	default:
		*planned = withKeys(ctx, types.SetNull(types.StringType), written, diags)
	}
}

// withKeys adds keys to a promoted_with.
func withKeys(ctx context.Context, promotedWith types.Set, keys []string, diags *diag.Diagnostics) types.Set {
	if len(keys) == 0 {
		return promotedWith
	}
	var all []string
	diags.Append(promotedWith.ElementsAs(ctx, &all, false)...)
	all = append(all, keys...)
	slices.Sort(all)
	value, more := types.SetValueFrom(ctx, types.StringType, slices.Compact(all))
	diags.Append(more...)
	return value
}

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

// signature returns the promotion tags of a version that is promoted to a target: those of the provider block where they count
// there, and the resource's own.
func (s *session) signature(to target, own map[string]string) map[string]string {
	if !to.signs() {
		return nil
	}
	return overlaid(s.signedFor(to), own)
}

// signatureKeys returns the keys of the signature, which are known before its values are.
func (s *session) signatureKeys(to target, own types.Map) []string {
	if !to.signs() {
		return nil
	}
	return slices.AppendSeq(slices.Collect(maps.Keys(own.Elements())), maps.Keys(s.signedFor(to)))
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

// promotion is a promotion that happened, and the tags that it writes.
type promotion struct {
	model   string
	version registry.Number
	to      target
	// words are what the placeholders stand for.
	words placeholderWords
	// own are the promotion tags of the resource.
	own map[string]string
}

// sign writes the promotion tags of a handover that is settled, and returns the keys of those written. A version that was in its
// stage before is not signed; promoted is false then.
func (s *session) sign(
	ctx context.Context, goal handover.Goal, outcome handover.Outcome, own map[string]string, unwritten **unwrittenTags, diags *diag.Diagnostics,
) (written []string, promoted bool) {
	if !goal.Enters(outcome.From) {
		return nil, false
	}
	return s.signPromotion(ctx, promotion{
		model: goal.Model, version: goal.Version, to: target{stage: goal.Stage}, words: wordsOf(goal, outcome), own: own,
	}, unwritten, diags), true
}

// signPromotion writes the promotion tags of a promotion, and returns the keys of those written. What cannot be written is a
// warning, since the promotion stands, and is kept in unwritten: the next plan shows it as a change of promoted_with.
func (s *session) signPromotion(ctx context.Context, of promotion, unwritten **unwrittenTags, diags *diag.Diagnostics) []string {
	*unwritten = nil
	tags := fillIn(s.signature(of.to, of.own), of.words)
	written, err := s.write(ctx, of.model, of.version, tags)
	if err == nil {
		return written
	}
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(tags)), func(key string) bool { return slices.Contains(written, key) })
	*unwritten = &unwrittenTags{Version: of.version, Keys: left, Move: of.words}
	diags.AddAttributeWarning(path.Root("promotion_tags"),
		fmt.Sprintf("Promotion tags of version %s of model %q could not be written", of.version, of.model),
		fmt.Sprintf("The version was promoted and %s, but it lacks its promotion tags %s. The next plan shows promoted_with as a change, "+
			"and applying it writes them, with the values that its configuration has.\n\n%s", of.to.had(), strings.Join(left, ", "),
			explainWithout(err, tags)))
	return written
}

// signBelatedly writes the tags that an earlier apply could not write, before anything else is done, and reports whether to go on. Their
// keys are added to promotedWith.
func (s *session) signBelatedly(
	ctx context.Context, model string, to target, own types.Map, unwritten **unwrittenTags, promotedWith *types.Set, diags *diag.Diagnostics,
) bool {
	left := *unwritten
	*unwritten = nil
	if left == nil {
		return true
	}
	tags := left.wanted(s.signature(to, declaredTags(ctx, own, diags)))
	written, err := s.write(ctx, model, left.Version, tags)
	if err == nil || errors.Is(err, registry.ErrNotFound) {
		*promotedWith = withKeys(ctx, *promotedWith, written, diags)
		return true
	}
	diags.AddAttributeError(path.Root("promotion_tags"),
		fmt.Sprintf("Promotion tags of version %s of model %q could not be written", left.Version, model),
		"They belong to its last promotion. Nothing else was changed. To do without them, remove promotion_tags.\n\n"+explainWithout(err, tags))
	return false
}

// stillWanted returns those keys of unwritten tags that are still promotion tags of the target.
func (s *session) stillWanted(left *unwrittenTags, to target, own types.Map) []string {
	if left == nil {
		return nil
	}
	keys := s.signatureKeys(to, own)
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

// planSignature returns the planned promoted_with: not known yet for a version that is promoted and gets tags, since one that
// cannot be written is left out; else what it was, with what could not be written and is written now. enters says that the plan
// promotes the version; own are the resource's tags.
func (s *session) planSignature(
	ctx context.Context, of promotion, enters bool, own types.Map, before types.Set, unwritten *unwrittenTags, diags *diag.Diagnostics,
) types.Set {
	if !s.known() || own.IsUnknown() {
		return types.SetUnknown(types.StringType)
	}
	keys := s.signatureKeys(of.to, own)
	if s.keptAs != nil && slices.Contains(keys, s.keptAs.Archived) {
		diags.AddAttributeError(path.Root("promotion_tags"), fmt.Sprintf("The tag %q records that a version is Archived", s.keptAs.Archived),
			"This provider sets and removes it (archived in the provider's stages). Use another key in one of the two.")
	}
	if enters {
		s.checkSignatureSpelling(ctx, of.model, of.version, keys, diags)
	}
	switch {
	case enters && len(keys) > 0:
		return types.SetUnknown(types.StringType)
	case enters:
		return types.SetNull(types.StringType)
	case unwritten != nil && s.signsUnknown(of.to):
		return types.SetUnknown(types.StringType)
	}
	return withKeys(ctx, before, s.stillWanted(unwritten, of.to, own), diags)
}

// planned returns the promotion that a goal plans.
func planned(goal handover.Goal) promotion {
	return promotion{model: goal.Model, version: goal.Version, to: target{stage: goal.Stage}}
}

// checkSignatureSpelling fails the plan of a promotion tag that the version has in another spelling. It goes by what the walk has read: the
// apply, which plans once more, asks nothing for it.
func (s *session) checkSignatureSpelling(ctx context.Context, model string, number registry.Number, keys []string, diags *diag.Diagnostics) {
	versions, _ := s.seenVersions(model)
	version, _ := registry.FindVersion(versions, number)
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		spelled(ctx, s, "promotion_tags", "tag", model, key, version.Tags, nil, diags)
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

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// The words that the values of promotion tags may hold in braces; fillIn replaces them.
const (
	wordStage    = "stage"
	wordFrom     = "from"
	wordReplaced = "replaced"
	wordTime     = "time"
)

// placeholder is how such a word, or a mistyped one, looks. Other braces, as in JSON, are left alone.
var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// placeholderText documents them.
func placeholderText() string {
	return "Values may hold `{stage}` (the stage entered), `{from}` (the stage left), `{replaced}` (the versions that left the stage for it, as " +
		"in `6,7`; empty if there was none) and `{time}` (when the server moved it: RFC 3339, UTC, milliseconds)."
}

// promotionTagRules check a promotion_tags attribute.
func promotionTagRules() []validator.Map {
	return append(tagRules(), mapvalidator.ValueStringsAre(versionTagValueRule()), mapvalidator.ValueStringsAre(textRule{
		description: "only {stage}, {from}, {replaced} and {time} in braces",
		summary:     "Unknown placeholder",
		check: func(value string) error {
			known := []string{wordStage, wordFrom, wordReplaced, wordTime}
			for _, match := range placeholder.FindAllStringSubmatch(value, -1) {
				if !slices.Contains(known, match[1]) {
					return fmt.Errorf("%w: promotion tags know no %s, only {%s}", registry.ErrInvalid, match[0], strings.Join(known, "}, {"))
				}
			}
			return nil
		},
	}))
}

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

// fillIn replaces the placeholders of promotion tags by what happened.
func fillIn(tags map[string]string, goal handover.Goal, outcome handover.Outcome) map[string]string {
	promoted, _ := registry.FindVersion(outcome.Versions, goal.Version)
	var replaced []string
	if goal.Exclusive() {
		// A sibling of this apply may have left the stage just before: the plan names it.
		for _, number := range registry.SortedNumbers(slices.Concat(goal.Reviewed, outcome.Archived, outcome.Overtaken)) {
			replaced = append(replaced, number.String())
		}
	}
	words := map[string]string{
		wordStage: string(goal.Stage), wordFrom: string(outcome.From), wordReplaced: strings.Join(slices.Compact(replaced), ","),
		wordTime: timeOrNull(promoted.UpdatedAt).ValueString(),
	}
	filled := make(map[string]string, len(tags))
	for key, value := range tags {
		filled[key] = placeholder.ReplaceAllStringFunc(value, func(match string) string { return words[strings.Trim(match, "{}")] })
	}
	return filled
}

// unwrittenTags are promotion tags of a promotion that happened, still to be written.
type unwrittenTags struct {
	Version registry.Number   `json:"version"`
	Tags    map[string]string `json:"tags"`
}

// sign writes the promotion tags of a handover that is settled, and returns those written. What cannot be written is a
// warning, since the promotion stands, and is kept in memory: the next plan shows it as a change of promoted_with. A
// version that was in its stage before is not signed; promoted is false then.
func (s *session) sign(
	ctx context.Context, goal handover.Goal, outcome handover.Outcome, own map[string]string, memory *versionMemory, diags *diag.Diagnostics,
) (written map[string]string, promoted bool) {
	if !goal.Enters(outcome.From) {
		return nil, false
	}
	memory.Unwritten = nil
	tags := fillIn(s.signature(goal.Stage, own), goal, outcome)
	written, err := s.write(ctx, goal.Model, goal.Version, tags)
	if err == nil {
		return written, true
	}
	memory.Unwritten = &unwrittenTags{Version: goal.Version, Tags: maps.Clone(tags)}
	maps.DeleteFunc(memory.Unwritten.Tags, func(key, _ string) bool { _, done := written[key]; return done })
	diags.AddAttributeWarning(path.Root("promotion_tags"),
		fmt.Sprintf("Promotion tags of version %s of model %q could not be written", goal.Version, goal.Model),
		fmt.Sprintf("The version was promoted and holds %s, but it lacks its promotion tags %s. The next plan shows promoted_with as a change, "+
			"and applying it writes them.\n\n%s", goal.Stage, strings.Join(slices.Sorted(maps.Keys(memory.Unwritten.Tags)), ", "), explain(err)))
	return written, true
}

// signBelatedly writes the tags that sign could not write, before anything else is done, and reports whether to go on.
func (s *session) signBelatedly(ctx context.Context, goal handover.Goal, own types.Map, memory *versionMemory, diags *diag.Diagnostics) bool {
	left := memory.Unwritten
	memory.Unwritten = nil
	if left == nil {
		return true
	}
	_, err := s.write(ctx, goal.Model, left.Version, s.stillWanted(left, goal.Stage, own))
	if err == nil || errors.Is(err, registry.ErrNotFound) {
		return true
	}
	diags.AddAttributeError(path.Root("promotion_tags"),
		fmt.Sprintf("Promotion tags of version %s of model %q could not be written", left.Version, goal.Model),
		"They belong to its last promotion. Nothing else was changed. To do without them, remove promotion_tags.\n\n"+explain(err))
	return false
}

// stillWanted returns those unwritten tags whose keys are still promotion tags of the stage.
func (s *session) stillWanted(left *unwrittenTags, stage registry.Stage, own types.Map) map[string]string {
	if left == nil {
		return nil
	}
	wanted, keys := maps.Clone(left.Tags), s.signatureKeys(stage, own)
	maps.DeleteFunc(wanted, func(key, _ string) bool { return !slices.Contains(keys, key) })
	return wanted
}

// write sets tags of a version in the order of their keys, up to the first that fails, and returns those that are set. It
// goes on for some seconds after a cancellation: the promotion is done.
func (s *session) write(ctx context.Context, model string, number registry.Number, tags map[string]string) (map[string]string, error) {
	ctx, cancel := afterwards(ctx)
	defer cancel()
	written := make(map[string]string, len(tags))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if err := s.cache.SetVersionTag(ctx, model, number, key, tags[key]); err != nil {
			return written, err
		}
		written[key] = tags[key]
	}
	return written, nil
}

// planSignature returns the planned promoted_with: not known yet for a version that enters the stage and gets tags; else
// what it was, with what could not be written and is written now.
func (s *session) planSignature(
	ctx context.Context, goal handover.Goal, from registry.Stage, own types.Map, before types.Map, memory *versionMemory, diags *diag.Diagnostics,
) types.Map {
	none := types.MapNull(types.StringType)
	if !s.known() || own.IsUnknown() {
		return types.MapUnknown(types.StringType)
	}
	left := s.stillWanted(memory.Unwritten, goal.Stage, own)
	switch {
	case goal.Enters(from) && len(s.signatureKeys(goal.Stage, own)) > 0:
		return types.MapUnknown(types.StringType)
	case goal.Enters(from):
		return none
	case len(left) == 0:
		return before
	}
	return tagMap(ctx, overlaid(declaredTags(ctx, before, diags), left), diags)
}

// settleSignature puts what was written into the state where the plan left it open. before is what it was; null for a
// resource that is new.
func settleSignature(ctx context.Context, planned *types.Map, written map[string]string, promoted bool, before types.Map, diags *diag.Diagnostics) {
	switch {
	case !planned.IsUnknown():
	case !promoted:
		*planned = before
	case len(written) == 0:
		*planned = types.MapNull(types.StringType)
	default:
		*planned = tagMap(ctx, written, diags)
	}
}

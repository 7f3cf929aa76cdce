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
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

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
	return "Values may hold `{stage}` (the stage entered, or the alias), `{from}` (the stage left; empty for an alias), `{replaced}` (the versions " +
		"that left the stage for it, or lost the alias, as in `6,7`; empty if there was none) and `{time}` (when the server moved it: RFC 3339, UTC, milliseconds)."
}

// promotionTagRules check a promotion_tags attribute.
func promotionTagRules() []validator.Map {
	return append(tagRules(), mapvalidator.ValueStringsAre(versionTagValueRule()), placeholderRule{})
}

// placeholderRule refuses words in braces that fillIn does not replace. It names the key and no part of the value, which may be a
// secret.
type placeholderRule struct{}

func (placeholderRule) Description(context.Context) string {
	return "only {stage}, {from}, {replaced} and {time} in braces"
}

func (r placeholderRule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

func (placeholderRule) ValidateMap(ctx context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	known := []string{wordStage, wordFrom, wordReplaced, wordTime}
	tags := declaredTags(ctx, req.ConfigValue, &resp.Diagnostics)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		for _, match := range placeholder.FindAllStringSubmatch(tags[key], -1) {
			if !slices.Contains(known, match[1]) {
				resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Unknown placeholder", explain(fmt.Errorf(
					"%w: the value of %q has another word in braces than {%s}", registry.ErrInvalid, key, strings.Join(known, "}, {"))))
				break
			}
		}
	}
}

// placeholderWords are what the placeholders stand for after a promotion.
type placeholderWords map[string]string

// wordsOf returns those of a promotion that happened.
func wordsOf(goal handover.Goal, outcome handover.Outcome) placeholderWords {
	promoted, _ := registry.FindVersion(outcome.Versions, goal.Version)
	var replaced []string
	if goal.Exclusive() {
		// A sibling of this apply may have left the stage just before: the plan names it.
		for _, number := range registry.SortedNumbers(slices.Concat(goal.Reviewed, outcome.Archived, outcome.Overtaken)) {
			replaced = append(replaced, number.String())
		}
	}
	return placeholderWords{
		wordStage: string(goal.Stage), wordFrom: string(outcome.From), wordReplaced: strings.Join(slices.Compact(replaced), ","),
		wordTime: timeOrNull(promoted.UpdatedAt).ValueString(),
	}
}

// fillIn replaces the placeholders of promotion tags.
func fillIn(tags map[string]string, words placeholderWords) map[string]string {
	filled := make(map[string]string, len(tags))
	for key, value := range tags {
		filled[key] = placeholder.ReplaceAllStringFunc(value, func(match string) string { return words[strings.Trim(match, "{}")] })
	}
	return filled
}

const (
	// leastWithheld is the length, in bytes, of the shortest value that is taken out of an error: shorter ones are in any text.
	leastWithheld = 4
	// leastWithheldPart is that of the shortest part of a longer value. Servers quote and shorten what they repeat.
	leastWithheldPart = 12
)

// withheld stands for a value that was taken out of an error.
const withheld = "(a tag's value)"

// explainWithout explains an error without the values of tags: MLflow repeats the parameters of an SQL statement that failed.
func explainWithout(err error, tags map[string]string) string {
	text := err.Error()
	for _, value := range tags {
		text = withhold(text, value)
	}
	return explainWith(errors.New(text), advise(err))
}

// withhold takes a value, and each long part of it, out of a text.
func withhold(text, value string) string {
	least := min(len(value), leastWithheldPart)
	if least < leastWithheld {
		return text
	}
	var rest strings.Builder
	for at := 0; at < len(text); {
		end := at + least
		if end > len(text) || !strings.Contains(value, text[at:end]) {
			rest.WriteByte(text[at])
			at++
			continue
		}
		for end < len(text) && strings.Contains(value, text[at:end+1]) {
			end++
		}
		rest.WriteString(withheld)
		at = end
	}
	return rest.String()
}

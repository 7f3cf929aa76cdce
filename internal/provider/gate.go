package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// requiredTagRules check a require_tags attribute. MLflow's own tags may be required, since nothing is written.
func requiredTagRules() []validator.Map {
	return []validator.Map{
		mapvalidator.KeysAre(possibleTagKeyRule()), mapvalidator.ValueStringsAre(tagValueRule()), mapvalidator.NoNullValues(),
	}
}

// guard adds what the provider block demands of a promotion to what the resource demands: for Production its require_tags,
// where the resource does not require another value of the same tag.
func (s *session) guard(goal handover.Goal) handover.Goal {
	if !s.known() {
		return goal
	}
	goal.RequireStaging = s.requireStaging
	goal.RequireTags = overlaid(s.requiredFor(target{stage: goal.Stage}), goal.RequireTags)
	return goal
}

// overlaid returns the tags of both, those of over where a key is in both.
func overlaid(under, over map[string]string) map[string]string {
	if len(under) == 0 {
		return over
	}
	both := maps.Clone(under)
	maps.Copy(both, over)
	return both
}

// tagsToBe returns the tags that the version will have when it is promoted: those found in the registry with what this
// plan's tags set and remove.
func (p *versionPlanning) tagsToBe(ctx context.Context, found map[string]string) map[string]string {
	tags := make(map[string]string)
	maps.Copy(tags, found)
	if p.prior != nil && !p.config.Tags.IsUnknown() {
		for key := range declaredTags(ctx, p.found.managed(p.prior.Tags, p.config.Tags), p.diags) {
			delete(tags, key)
		}
	}
	maps.Copy(tags, declaredTags(ctx, p.config.Tags, p.diags))
	return tags
}

// knownRequirements leaves out what cannot be checked yet: tags whose values are known only after apply.
func knownRequirements(required map[string]string, tags types.Map) map[string]string {
	if tags.IsUnknown() {
		return nil
	}
	known := maps.Clone(required)
	for key, value := range tags.Elements() {
		if value.IsUnknown() {
			delete(known, key)
		}
	}
	return known
}

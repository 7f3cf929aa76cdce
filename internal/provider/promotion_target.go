package provider

import (
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// target is what a promotion gives to a version: a stage, or an alias.
type target struct {
	// stage is the stage; empty for an alias.
	stage registry.Stage
	// alias is the name of the alias; empty for a stage.
	alias string
}

// had says what a promoted version has, as in "The version holds Production".
func (t target) had() string {
	if t.alias != "" {
		return fmt.Sprintf("has the alias %q", t.alias)
	}
	return "holds " + string(t.stage)
}

// signs reports whether a promotion to the target writes promotion tags: to an exclusive stage, or to an alias.
func (t target) signs() bool { return t.alias != "" || t.stage.Exclusive() }

// signsUnknown reports whether a plan does not know which of the provider's promotion_tags count.
func (s *session) signsUnknown(t target) bool {
	_, some := s.promotionTags[someTag]
	return some || s.gatedUnknown && t.alias != ""
}

// kept returns the stage that a target is in the end: that of an alias by which stages are kept.
func (s *session) kept(t target) target {
	if s.keptAs != nil && t.alias != "" && !s.gatedAliases[t.alias] {
		if stage := s.keptAs.Stage(t.alias); stage != "" {
			return target{stage: stage}
		}
	}
	return t
}

// requiredFor returns the provider's require_tags where they count: for Production and for gated aliases.
func (s *session) requiredFor(t target) map[string]string {
	t = s.kept(t)
	if t.stage == registry.StageProduction || s.gatedAliases[t.alias] {
		return s.requireTags
	}
	return nil
}

// signedFor returns the provider's promotion_tags where they count: for Production and for gated aliases. While it is not known which
// aliases are gated, they may count for each.
func (s *session) signedFor(t target) map[string]string {
	t = s.kept(t)
	if t.stage == registry.StageProduction || s.gatedAliases[t.alias] || t.alias != "" && s.gatedUnknown {
		return s.promotionTags
	}
	return nil
}

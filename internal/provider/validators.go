package provider

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// textRule checks a string that is known, with a function that returns what is wrong with it.
type textRule struct {
	description string
	summary     string
	check       func(string) error
}

var _ validator.String = textRule{}

func (r textRule) Description(context.Context) string         { return r.description }
func (r textRule) MarkdownDescription(context.Context) string { return r.description }

func (r textRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := r.check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, r.summary, explain(err))
	}
}

// modelNameRule refuses what MLflow refuses as the name of a registered model.
func modelNameRule() validator.String {
	return textRule{
		description: "not empty, without slash and colon",
		summary:     "Invalid model name",
		check:       registry.ValidateModelName,
	}
}

// aliasRule refuses what MLflow refuses as an alias.
func aliasRule() validator.String {
	return textRule{
		description: "letters, digits, underscores and dashes; not latest, not v and a number",
		summary:     "Invalid alias",
		check:       registry.ValidateAlias,
	}
}

// stageRule takes the stages in any letter case.
func stageRule() validator.String {
	return textRule{
		description: "a stage, in any letter case",
		summary:     "Invalid stage",
		check: func(text string) error {
			_, err := registry.ParseStage(text)
			return err
		},
	}
}

// exclusiveStageRule takes the stages that have one holder.
func exclusiveStageRule() validator.String {
	return textRule{description: "a stage that has one holder", summary: "Invalid stage for a pointer", check: checkExclusive}
}

func checkExclusive(text string) error {
	if stage, err := registry.ParseStage(text); err == nil && !stage.Exclusive() {
		return fmt.Errorf("%w: any number of versions can be in %s, so nothing can point at its holder: use %s or %s", registry.ErrInvalid,
			stage, registry.StageStaging, registry.StageProduction)
	}
	return nil
}

// versionNumberRule takes version numbers as the registry writes them.
func versionNumberRule() validator.String {
	return textRule{
		description: "a version number, from 1",
		summary:     "Invalid version number",
		check: func(text string) error {
			_, err := registry.ParseNumber(text)
			return err
		},
	}
}

// plainTextRule refuses a text that no registry can keep.
func plainTextRule() validator.String {
	return textRule{description: "without the character NUL", summary: "Invalid text", check: registry.ValidateText}
}

// sourceRule bounds a source to what the registry keeps.
func sourceRule() validator.String {
	return textRule{
		description: fmt.Sprintf("not empty, at most %d characters", registry.MaxSourceLength),
		summary:     "Invalid source",
		check: func(text string) error {
			length := utf8.RuneCountInString(text)
			if strings.TrimSpace(text) == "" || length > registry.MaxSourceLength {
				return fmt.Errorf("%w: a source has 1 to %d characters, and this one has %d",
					registry.ErrInvalid, registry.MaxSourceLength, length)
			}
			return registry.ValidateText(text)
		},
	}
}

// tagRules refuse tags that MLflow cannot keep, keys that are not the configuration's to set, and values that are null.
func tagRules() []validator.Map {
	return []validator.Map{
		mapvalidator.KeysAre(tagKeyRules()...), mapvalidator.ValueStringsAre(tagValueRule()), mapvalidator.NoNullValues(),
	}
}

// tagKeyRules refuse a key that MLflow cannot keep, and one that is not the configuration's to set.
func tagKeyRules() []validator.String {
	return []validator.String{
		possibleTagKeyRule(),
		textRule{
			description: "not a key of MLflow's or of this provider's own",
			summary:     "Reserved tag key",
			check: func(key string) error {
				if strings.HasPrefix(key, registry.ReservedTagPrefix) {
					return fmt.Errorf("%w: the tag key %q starts with %q: such tags are MLflow's own, and this provider leaves them alone",
						registry.ErrInvalid, key, registry.ReservedTagPrefix)
				}
				if key == handover.UnfinishedTag {
					return fmt.Errorf("%w: the provider itself sets the tag %q while it registers a version", registry.ErrInvalid, key)
				}
				return nil
			},
		},
	}
}

// possibleTagKeyRule refuses a key that no tag in MLflow can have.
func possibleTagKeyRule() validator.String {
	return textRule{
		description: fmt.Sprintf("letters, digits, '_', '-', '.', ':', '/' and spaces, at most %d characters, plain as a path", registry.MaxTagKeyLength),
		summary:     "Invalid tag key",
		check:       registry.ValidateTagKey,
	}
}

// tagValueRule refuses a value that MLflow cannot keep.
func tagValueRule() validator.String {
	return textRule{
		description: fmt.Sprintf("at most %d characters", registry.MaxTagValueLength),
		summary:     "Invalid tag value",
		check:       registry.ValidateTagValue,
	}
}

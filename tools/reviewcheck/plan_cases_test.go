//go:build policies

package reviewcheck

import (
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// cases are all plans that the Rego tests of examples/review look at.
var cases = []planCase{
	{
		name:   "version_promotion",
		before: []string{model + version(1, inProduction, approved) + version(2, inStaging, approved)},
		after:  model + version(1, approved) + version(2, inProduction, approved),
	},
	{
		name:   "version_without_staging",
		before: []string{model + version(1, inProduction) + version(2)},
		after:  model + version(1) + version(2, inProduction, approved),
	},
	{
		name:   "version_without_tags",
		before: []string{model + version(1, inProduction) + version(2, inStaging)},
		after:  model + version(1) + version(2, inProduction),
	},
	{
		name:   "new_version",
		before: []string{model + version(1, inProduction)},
		after:  model + version(1) + version(2, inProduction, approved),
	},
	{
		name:   "new_version_to_staging",
		before: []string{model + version(1, inProduction)},
		after:  model + version(1, inProduction) + version(2, inStaging),
	},
	{
		name:  "first_version",
		after: model + version(1),
	},
	{
		name: "rollback",
		before: []string{
			model + version(1, inProduction, approved) + version(2, inStaging, approved),
			model + version(1, approved) + version(2, inProduction, approved),
		},
		after: model + version(1, inProduction, approved) + version(2, approved),
	},
	{
		name:   "retirement",
		before: []string{model + version(1, inProduction)},
		after:  model + version(1, archived),
	},
	{
		name:   "conflict",
		before: []string{model + version(1, inProduction) + version(2)},
		outside: func(t *testing.T, reg *acctest.Registry) {
			reg.Transition(t, "fraud", "2", "Production", false)
		},
		after: model + version(1, inProduction) + version(2),
	},
	{
		name:   "moved_by_hand",
		before: []string{model + version(1, inProduction) + version(2)},
		outside: func(t *testing.T, reg *acctest.Registry) {
			reg.Transition(t, "fraud", "2", "Production", true)
		},
		after: model + version(1, inProduction) + version(2),
	},
	{
		name:   "version_block_removed",
		before: []string{model + version(1, inProduction)},
		after:  model,
	},
	{
		name:   "version_block_removed_retained",
		before: []string{model + version(1, inProduction, `on_destroy = "retain"`)},
		after:  model,
	},
	{
		name:   "version_deleted",
		before: []string{model + version(1, inProduction, `on_destroy = "delete"`)},
		after:  model,
	},
	{
		name:   "model_deleted",
		before: []string{"resource \"mlregistry_registered_model\" \"fraud\" {\n  name = \"fraud\"\n  force_destroy = true\n}\n" + version(1)},
	},
	{
		name:       "adopted_promotion",
		registered: 8,
		staging:    []string{"8"},
		before:     []string{adopted(7)},
		after:      adopted(8),
	},
	{
		name:       "pointer_promotion",
		registered: 8,
		staging:    []string{"8"},
		before:     []string{pointer(7)},
		after:      pointer(8),
	},
	{
		name:       "pointer_promotion_shown",
		registered: 8,
		staging:    []string{"8"},
		before:     []string{pointer(7)},
		after:      pointer(8) + shown(8),
	},
	{
		name:       "pointer_without_staging",
		registered: 8,
		before:     []string{pointer(7)},
		after:      pointer(8) + shown(8),
	},
	{
		name:       "check_passes",
		registered: 7,
		staging:    []string{"6"},
		before:     []string{pointer(7)},
		after:      pointer(7) + watched,
	},
	{
		name:       "check_fails",
		registered: 7,
		before:     []string{pointer(7)},
		after:      pointer(7) + watched,
	},
	{
		name:       "pointer_first",
		registered: 1,
		staging:    []string{"1"},
		after:      pointer(1),
	},
	{
		name:       "pointer_over_two",
		registered: 3,
		before:     []string{pointer(1)},
		outside: func(t *testing.T, reg *acctest.Registry) {
			reg.Transition(t, "fraud", "2", "Production", false)
			reg.Transition(t, "fraud", "3", "Staging", false)
		},
		after: pointer(3),
	},
	{
		name:       "pointer_removed",
		registered: 1,
		before:     []string{pointer(1)},
	},
	{
		name:       "alias_moved",
		registered: 8,
		before:     []string{alias(7)},
		after:      alias(8),
	},
	{
		name:       "nothing",
		registered: 7,
		before:     []string{pointer(7)},
		after:      pointer(7),
	},
}

package aliasstages

import (
	"fmt"
	"maps"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ArchivedTag is the tag that records Archived where nothing else is set. Its value is the name of the stage.
const ArchivedTag = "mlregistry_stage"

// Mapping says by what a registry keeps its stages.
type Mapping struct {
	// Aliases has the alias of each exclusive stage.
	Aliases map[registry.Stage]string
	// Archived is the key of the tag that records Archived; empty keeps no record, so that such a version is in None.
	Archived string
}

// Standard is the mapping where nothing else is set: MLflow's own examples call the aliases so.
func Standard() Mapping {
	return Mapping{
		Aliases:  map[registry.Stage]string{registry.StageProduction: "champion", registry.StageStaging: "challenger"},
		Archived: ArchivedTag,
	}
}

// Check says whether the mapping can be kept: each exclusive stage needs an alias of its own. The error wraps registry.ErrInvalid.
func (m Mapping) Check() error {
	seen := make(map[string]registry.Stage)
	for _, stage := range registry.ExclusiveStages() {
		alias := m.Aliases[stage]
		if err := registry.ValidateAlias(alias); err != nil {
			return fmt.Errorf("the alias of %s: %w", stage, err)
		}
		if other, taken := seen[alias]; taken {
			return fmt.Errorf("%w: %s and %s cannot both be kept as the alias %q", registry.ErrInvalid, other, stage, alias)
		}
		seen[alias] = stage
	}
	if m.Archived == "" {
		return nil
	}
	return registry.ValidateTagKey(m.Archived)
}

// Stage returns the stage that an alias keeps; empty if it keeps none.
func (m Mapping) Stage(alias string) registry.Stage {
	for stage, kept := range m.Aliases {
		if kept == alias {
			return stage
		}
	}
	return ""
}

// staged returns a version with the stage that the aliases of its model and its own tag give it, and without that tag.
func (m Mapping) staged(version registry.Version, aliases map[string]registry.Number) registry.Version {
	version.Stage, version.Stageless = registry.StageNone, false
	if version.Tags[m.Archived] == string(registry.StageArchived) {
		version.Stage = registry.StageArchived
	}
	for _, stage := range []registry.Stage{registry.StageStaging, registry.StageProduction} { // Of both, Production counts.
		if aliases[m.Aliases[stage]] == version.Number {
			version.Stage = stage
		}
	}
	if _, tagged := version.Tags[m.Archived]; tagged {
		version.Tags = maps.Clone(version.Tags)
		delete(version.Tags, m.Archived)
	}
	return version
}

// others returns the aliases of stages other than stage that a version has, that of Production last: of both it counts.
func (m Mapping) others(stage registry.Stage, number registry.Number, aliases map[string]registry.Number) []string {
	var others []string
	for _, kept := range []registry.Stage{registry.StageStaging, registry.StageProduction} {
		if alias := m.Aliases[kept]; kept != stage && aliases[alias] == number {
			others = append(others, alias)
		}
	}
	return others
}

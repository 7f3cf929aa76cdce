package handover

import (
	"errors"
	"fmt"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestPlanOrdersTheTransitions(t *testing.T) {
	const none, staging, production, archived = registry.StageNone, registry.StageStaging, registry.StageProduction, registry.StageArchived
	shared := toProduction(2)
	shared.ArchiveExisting = false
	for name, test := range map[string]struct {
		stages                 []registry.Stage
		goal                   Goal
		wantAtomic, wantInTurn string
	}{
		"first holder":              {[]registry.Stage{none, none}, toProduction(2), "[{2 Production true}]", "[{2 Production false}]"},
		"takes over":                {[]registry.Stage{production, none}, toProduction(2, 1), "[{2 Production true}]", "[{1 Archived false} {2 Production false}]"},
		"holds it already":          {[]registry.Stage{archived, production}, toProduction(2), "[]", "[]"},
		"holds it with another":     {[]registry.Stage{production, production}, toProduction(2, 1), "[{2 Production true}]", "[{1 Archived false}]"},
		"reviewed holder has left":  {[]registry.Stage{archived, none}, toProduction(2, 1), "[{2 Production true}]", "[{2 Production false}]"},
		"takes over from several":   {[]registry.Stage{production, none, production}, toProduction(2, 1, 3), "[{2 Production true}]", "[{1 Archived false} {3 Archived false} {2 Production false}]"},
		"shared stage":              {[]registry.Stage{production, staging}, shared, "[{2 Production false}]", "[{2 Production false}]"},
		"to archive needs no other": {[]registry.Stage{archived, production}, Goal{Model: testModel, Version: 2, Stage: archived, ArchiveExisting: true}, "[{2 Archived false}]", "[{2 Archived false}]"},
	} {
		t.Run(name, func(t *testing.T) {
			observed := newWorld(test.stages...).sorted()
			for way, want := range map[Way]string{Atomic: test.wantAtomic, Sequential: test.wantInTurn} {
				steps, err := Plan(observed, test.goal, way)
				if err != nil {
					t.Fatal(err)
				}
				got := []string{}
				for _, step := range steps {
					got = append(got, fmt.Sprintf("{%s %s %t}", step.Number, step.Stage, step.ArchiveExisting))
				}
				if fmt.Sprint(got) != want {
					t.Errorf("%s: got %v, want %s", way, got, want)
				}
			}
		})
	}
}

func TestPlanRefuses(t *testing.T) {
	pending := newWorld(registry.StageProduction, registry.StageNone)
	version := pending.versions[2]
	version.Status, version.StatusMessage = registry.StatusFailed, "copy failed"
	pending.versions[2] = version
	strict := func(goal Goal) Goal { goal.RequireStaging = true; return goal }
	for name, test := range map[string]struct {
		world *world
		goal  Goal
		want  string
	}{
		"a version that does not exist": {newWorld(registry.StageProduction), toProduction(2, 1), `model "fraud" has no version 2`},
		"a holder nobody reviewed": {newWorld(registry.StageProduction, registry.StageNone, registry.StageProduction), toProduction(2, 1),
			`Production of model "fraud" is now held by version 3, which the reviewed plan does not archive; version 2 was not moved`},
		"a version that is not READY": {pending, toProduction(2, 1), `version 2 of model "fraud" is FAILED_REGISTRATION, not READY: copy failed`},
		"skipping Staging where it is required": {newWorld(registry.StageProduction, registry.StageNone), strict(toProduction(2, 1)),
			`moving version 2 of model "fraud" from None to Production is forbidden by require_staging`},
		"a version without the required tags": {newWorld(registry.StageProduction, registry.StageStaging), gated(toProduction(2, 1)),
			`version 2 of model "fraud" may not enter Production: it has no tag "risk", and "low" is required; ` +
				`it has no tag "validation_status", and "passed" is required`},
		"a rollback that lost a required tag": {tagged("failed", registry.StageProduction, registry.StageArchived), gated(toProduction(2, 1)),
			`version 2 of model "fraud" may not enter Production: it has no tag "risk", and "low" is required; ` +
				`its tag "validation_status" is "failed", and "passed" is required`},
	} {
		t.Run(name, func(t *testing.T) {
			steps, err := Plan(test.world.sorted(), test.goal, Atomic)
			if err == nil || err.Error() != test.want || steps != nil {
				t.Errorf("got %v, %v; want %q", steps, err, test.want)
			}
		})
	}
	if _, err := Plan(nil, toProduction(1), Atomic); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a missing version is %v, not ErrNotFound", err)
	}
}

// gated adds a gate to a goal.
func gated(goal Goal) Goal {
	goal.RequireTags = map[string]string{"validation_status": "passed", "risk": "low"}
	return goal
}

// tagged is a world whose version 2 has the tag validation_status.
func tagged(status string, stages ...registry.Stage) *world {
	w := newWorld(stages...)
	version := w.versions[2]
	version.Tags = map[string]string{"validation_status": status}
	w.versions[2] = version
	return w
}

func TestRequiredTagsAreAskedOfAPromotionOnly(t *testing.T) {
	for name, test := range map[string]struct {
		from, to registry.Stage
		tags     map[string]string
		refused  bool
	}{
		"has them":             {registry.StageStaging, registry.StageProduction, map[string]string{"validation_status": "passed", "risk": "low", "x": "y"}, false},
		"has none":             {registry.StageStaging, registry.StageProduction, nil, true},
		"is there already":     {registry.StageProduction, registry.StageProduction, nil, false},
		"goes to Staging":      {registry.StageNone, registry.StageStaging, nil, true},
		"leaves":               {registry.StageProduction, registry.StageArchived, nil, false},
		"goes nowhere special": {registry.StageStaging, registry.StageNone, nil, false},
	} {
		version := registry.Version{Model: testModel, Number: 2, Stage: test.from, Status: registry.StatusReady, Tags: test.tags}
		err := Check(version, gated(Goal{Model: testModel, Version: 2, Stage: test.to}))
		var lacks *TagsError
		if errors.As(err, &lacks) != test.refused || (err != nil) != test.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRequireStagingAllowsRehearsedVersionsAndRollbacks(t *testing.T) {
	for _, from := range []registry.Stage{registry.StageStaging, registry.StageArchived} {
		goal := toProduction(1)
		goal.RequireStaging = true
		if _, err := Plan(newWorld(from).sorted(), goal, Atomic); err != nil {
			t.Errorf("from %s: %v", from, err)
		}
	}
}

func TestVersionListReadsWell(t *testing.T) {
	for want, numbers := range map[string][]registry.Number{
		"no version": nil, "version 7": {7}, "versions 7 and 9": {9, 7}, "versions 1, 7 and 10": {10, 1, 7},
	} {
		if got := VersionList(numbers); got != want {
			t.Errorf("VersionList(%v) = %q, want %q", numbers, got, want)
		}
	}
}

package claim_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// holding returns the claim of a version resource on a stage.
func holding(version registry.Number, stage registry.Stage) claim.Claim {
	return claim.Claim{On: claim.Stage("m", stage), Of: claim.Version("m", version), Owner: "version", Version: version}
}

func registering(source string, stage registry.Stage) claim.Claim {
	made := holding(0, stage)
	made.Source = source
	return made
}

func shared(made claim.Claim) claim.Claim { made.Shared = true; return made }

func pointing(version registry.Number, stage registry.Stage) claim.Claim {
	return claim.Claim{On: claim.Stage("m", stage), Of: claim.Stage("m", stage), Owner: "pointer", Version: version, Pointer: true}
}

// Which claims on stages are at odds, whichever is made first.
func TestStages(t *testing.T) {
	const production, staging, archived, none = registry.StageProduction, registry.StageStaging, registry.StageArchived, registry.StageNone
	for name, test := range map[string]struct {
		one, other        claim.Claim
		rivals, twoStages bool
	}{
		"two versions":                   {holding(1, production), holding(2, production), true, false},
		"one version twice":              {holding(1, production), pointing(1, production), false, false},
		"pointer beside another":         {holding(1, production), pointing(2, production), true, false},
		"both share":                     {shared(holding(1, production)), shared(holding(2, production)), false, false},
		"one shares":                     {holding(1, production), shared(holding(2, production)), true, false},
		"pointer beside one that shares": {pointing(1, production), shared(holding(2, production)), true, false},
		"two archived":                   {holding(1, archived), holding(2, archived), false, false},
		"two stages":                     {holding(1, production), pointing(1, staging), false, true},
		"archived and pointed at":        {holding(1, archived), pointing(1, production), false, true},
		"none and pointed at":            {holding(1, none), pointing(1, staging), false, true},
		"other version archived":         {holding(1, archived), pointing(2, production), false, false},
		"two new ones":                   {registering("a", production), registering("b", production), true, false},
		"replaced, source unchanged":     {holding(1, production), func() claim.Claim { m := holding(1, production); m.Source = "a"; return m }(), false, false},
		"two new ones, two stages":       {registering("a", production), registering("a", staging), false, false},
	} {
		for _, pair := range [][2]claim.Claim{{test.one, test.other}, {test.other, test.one}} {
			var ledger claim.Ledger
			if met := ledger.Declare(pair[0]); len(met.Rivals)+len(met.Elsewhere)+len(met.Departed) > 0 || met.Ended {
				t.Errorf("%s: the first claim met %+v", name, met)
			}
			met := ledger.Declare(pair[1])
			if got := len(met.Rivals) > 0; got != test.rivals {
				t.Errorf("%s: rivals %v, want %t", name, met.Rivals, test.rivals)
			}
			if got := len(met.Elsewhere) > 0; got != test.twoStages {
				t.Errorf("%s: elsewhere %v, want %t", name, met.Elsewhere, test.twoStages)
			}
		}
	}
}

// However two claims at odds come together, the later one meets the earlier one.
func TestOneOfTwoAlwaysSeesTheOther(t *testing.T) {
	for name, pair := range map[string][2]claim.Claim{
		"two stages":   {holding(3, registry.StageStaging), holding(3, registry.StageProduction)},
		"two versions": {holding(1, registry.StageProduction), pointing(2, registry.StageProduction)},
	} {
		missed := 0
		for range 20_000 {
			var (
				ledger claim.Ledger
				wait   sync.WaitGroup
				met    [2]claim.Answer
			)
			start := make(chan struct{})
			for index, made := range pair {
				wait.Go(func() {
					<-start
					met[index] = ledger.Declare(made)
				})
			}
			close(start)
			wait.Wait()
			if len(met[0].Rivals)+len(met[0].Elsewhere)+len(met[1].Rivals)+len(met[1].Elsewhere) != 1 {
				missed++
			}
		}
		if missed > 0 {
			t.Errorf("%s: %d of 20000 were missed or met twice", name, missed)
		}
	}
}

// A number goes to one of two new versions from one source, and to no third one.
func TestBornGivesANumberOnce(t *testing.T) {
	var ledger claim.Ledger
	for range 2 {
		ledger.Declare(shared(registering("a", registry.StageProduction)))
	}
	for number := registry.Number(1); number <= 3; number++ {
		ledger.Born("m", "a", number)
	}
	var staged []registry.Number
	for number := registry.Number(1); number <= 3; number++ {
		if ledger.Staged("m", number) {
			staged = append(staged, number)
		}
	}
	if !slices.Equal(staged, []registry.Number{1, 2}) {
		t.Errorf("in a stage are %v", staged)
	}
	if met := ledger.Declare(pointing(2, registry.StageStaging)); len(met.Elsewhere) != 1 {
		t.Errorf("the second is not known by its number: %+v", met)
	}
}

// Models, aliases and tags: what may stand beside what.
func TestOthers(t *testing.T) {
	model := func(stored bool) claim.Claim {
		return claim.Claim{On: claim.Model("m"), Of: claim.Model("m"), Owner: "model", Stored: stored}
	}
	alias := func(value string, stored bool) claim.Claim {
		return claim.Claim{On: claim.Alias("m", "champion"), Of: claim.Alias("m", "champion"), Owner: "alias", Value: value, Stored: stored, Unknown: value == ""}
	}
	tag := func(value string, stored bool) claim.Claim {
		return claim.Claim{On: claim.Tag("m", 0, "k"), Of: claim.Tag("m", 0, "k"), Owner: "tag", Single: true, Value: value, Stored: stored}
	}
	mapped := func(value string, removed bool) claim.Claim {
		return claim.Claim{On: claim.Tag("m", 0, "k"), Of: claim.Model("m"), Owner: "model", Value: value, Removed: removed}
	}
	for _, test := range []struct {
		first, then claim.Claim
		rival       bool
	}{
		{model(false), model(false), true},
		{model(true), model(false), false}, // Replaced: planned twice.
		{model(false), model(true), true},
		{alias("1", false), alias("1", false), true},
		{alias("1", true), alias("1", false), false},
		{alias("", true), alias("", false), false},
		{alias("1", true), alias("2", false), true},
		{alias("1", false), alias("1", true), true},
		{alias("1", true), alias("1", true), false},
		{alias("1", true), alias("2", true), true},
		{tag("a", true), tag("a", false), false},
		{tag("a", true), tag("b", false), true},
		{tag("a", true), tag("a", true), true},
		{tag("a", false), mapped("a", false), true},
		{tag("a", true), mapped("", true), true},
		{tag("a", false), mapped("", true), false},
		{mapped("", true), tag("a", false), false},
		{mapped("a", false), mapped("b", false), false},
	} {
		var ledger claim.Ledger
		ledger.Declare(test.first)
		if met := ledger.Declare(test.then); len(met.Rivals) > 0 != test.rival {
			t.Errorf("%s, then %s: rivals %v", fmt.Sprint(test.first), fmt.Sprint(test.then), met.Rivals)
		}
	}
}

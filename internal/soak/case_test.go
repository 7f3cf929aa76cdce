package soak_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelWord stands for the name of the model, which each run of a case draws anew.
const modelWord = "MODEL"

// drawnCase is a registry and what is done to it.
type drawnCase struct {
	// seeded are the stages of the versions that are there at the start: 1, 2 and so on. Without any the model is managed.
	seeded []registry.Stage
	// handover is the provider's setting.
	handover string
	// shared is set when stages may have several holders: archive_existing_versions = false throughout.
	shared bool
	steps  []step
}

// step is one change of the configuration, planned and applied.
type step struct {
	wanted  configuration
	destroy bool
	// outsider moves a version before the plan, intruder between plan and apply.
	outsider, intruder move
	planFaults, faults []fault
	death              crash
	// order decides the order of the walks.
	order    uint64
	parallel bool
	// settle repeats plan and apply without faults before the next step.
	settle bool
}

// move is what somebody else does to a version. The zero move is none.
type move struct {
	version registry.Number
	stage   registry.Stage
	archive bool
}

func (m move) String() string {
	if m.version == 0 {
		return "nobody"
	}
	return fmt.Sprintf("somebody moves %s to %s (archive_existing_versions=%t)", m.version, m.stage, m.archive)
}

// GoString makes the log of a failed case readable.
func (c drawnCase) GoString() string {
	var text strings.Builder
	fmt.Fprintf(&text, "registry %v, handover %s, shared %t\n", c.seeded, c.handover, c.shared)
	for index, each := range c.steps {
		fmt.Fprintf(&text, "step %d: destroy %t, before the plan: %s, before the apply: %s\n  plan faults %v, apply faults %v, crash %s, "+
			"order %d, parallel %t, settle %t\n", index+1, each.destroy, each.outsider, each.intruder, each.planFaults, each.faults, each.death,
			each.order, each.parallel, each.settle)
		text.WriteString(each.wanted.hcl())
	}
	return text.String()
}

// managed reports whether the model is a resource of the configuration.
func (c drawnCase) managed() bool { return len(c.seeded) == 0 }

// draft is a case that is being drawn.
type draft struct {
	t       *rapid.T
	of      *drawnCase
	wanted  configuration
	sources int
	// adopted are the blocks that have adopted a version: another one would be a resource renamed, and its version archived.
	adopted map[string]string
}

var caseGenerator = rapid.Custom(func(t *rapid.T) drawnCase { return drawCase(t, true) })

// calmGenerator draws cases that the real CLI can replay: nothing hangs on the order of the walks that a seed decides,
// and nothing crashes.
var calmGenerator = rapid.Custom(func(t *rapid.T) drawnCase { return drawCase(t, false) })

func drawCase(t *rapid.T, wild bool) drawnCase {
	drawn := drawnCase{
		seeded:   drawnSeeds(t),
		handover: rapid.SampledFrom([]string{"atomic", "sequential"}).Draw(t, "handover"),
		shared:   rapid.IntRange(0, 19).Draw(t, "shared") == 19,
	}
	d := &draft{t: t, of: &drawn, adopted: make(map[string]string)}
	if drawn.managed() {
		d.wanted = configuration{{typ: modelType, name: "m", attributes: map[string]any{
			"name": modelWord, "force_destroy": rapid.Bool().Draw(t, "force_destroy"),
		}}}
	}
	steps := rapid.IntRange(1, 3).Draw(t, "steps")
	for index := range steps {
		next := d.step(index == steps-1, wild)
		drawn.steps = append(drawn.steps, next)
	}
	return drawn
}

// drawnSeeds draws one to five versions, seldom with two holders of a stage, or none for a managed model.
func drawnSeeds(t *rapid.T) []registry.Stage {
	if rapid.IntRange(0, 3).Draw(t, "managed") == 3 {
		return nil
	}
	twice := rapid.IntRange(0, 9).Draw(t, "two holders") == 9
	seen := make(map[registry.Stage]bool)
	var stages []registry.Stage
	for range rapid.IntRange(1, 5).Draw(t, "versions") {
		stage := rapid.SampledFrom([]registry.Stage{
			registry.StageProduction, registry.StageNone, registry.StageStaging, registry.StageArchived,
		}).Draw(t, "stage")
		if stage.Exclusive() && seen[stage] && !twice {
			stage = registry.StageNone
		}
		seen[stage] = true
		stages = append(stages, stage)
	}
	return stages
}

func (d *draft) step(last, wild bool) step {
	t := d.t
	if len(d.wanted) < 2 {
		d.add()
	}
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		d.change()
	}
	d.release()
	drawn := step{
		wanted: d.wanted.clone(), faults: drawnFaults(t), order: rapid.Uint64Range(0, 1000).Draw(t, "order"),
		settle: rapid.IntRange(0, 2).Draw(t, "settle") > 0,
	}
	if last && rapid.IntRange(0, 5).Draw(t, "destroy") == 5 {
		drawn.destroy = !d.of.managed() || d.forced()
	}
	if !wild {
		return drawn
	}
	drawn.parallel = rapid.IntRange(0, 3).Draw(t, "parallel") == 3
	drawn.death = drawnCrash(t)
	if drawn.death.at > 0 && rapid.Bool().Draw(t, "crash only") {
		drawn.faults = nil
	}
	if rapid.IntRange(0, 9).Draw(t, "plan fails") == 9 {
		drawn.planFaults = drawnFaults(t)
	}
	drawn.outsider, drawn.intruder = d.move("outsider"), d.move("intruder")
	return drawn
}

// forced reports whether the model of every step so far may go with its versions.
func (d *draft) forced() bool {
	model, ok := d.wanted.find(modelType + ".m")
	force, _ := model.attributes["force_destroy"].(bool)
	return ok && force
}

func (d *draft) move(who string) move {
	if rapid.IntRange(0, 9).Draw(d.t, who) < 9 {
		return move{}
	}
	return move{
		version: registry.Number(rapid.IntRange(1, max(len(d.of.seeded), 2)).Draw(d.t, who+" moves")),
		stage:   rapid.SampledFrom(registry.Stages()).Draw(d.t, who+" stage"),
		archive: false,
	}
}

// blocks returns the addresses of the blocks of a type.
func (d *draft) blocks(typ string) []string {
	var found []string
	for _, each := range d.wanted {
		if each.typ == typ {
			found = append(found, each.address())
		}
	}
	return found
}

func (d *draft) at(address string) block {
	found, _ := d.wanted.find(address)
	return found
}

func (d *draft) set(address, attribute string, value any) {
	if value == nil {
		delete(d.at(address).attributes, attribute)
		return
	}
	d.at(address).attributes[attribute] = value
}

func (d *draft) drop(address string) {
	d.wanted = slices.DeleteFunc(d.wanted, func(each block) bool { return each.address() == address })
}

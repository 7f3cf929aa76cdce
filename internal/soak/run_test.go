package soak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// run is one case under way.
type run struct {
	*world
	drawnCase
	model string
	core  core
	// known are the versions that somebody other than a failed call knows of: the outsider's and those of the state.
	known map[registry.Number]bool
	// seen are all versions that ever were; doomed are those that the configuration said may be deleted.
	seen, doomed map[registry.Number]bool
	imports      int
	// forsaken are sources whose configuration changed after a crash or a failure.
	forsaken map[string]bool
	rand     *rand.Rand

	// problems are those of the last apply.
	problems   problems
	story      strings.Builder
	violations []string
}

func (w *world) run(drawn drawnCase) *run {
	ctx := context.Background()
	r := &run{
		world: w, drawnCase: drawn, model: fmt.Sprintf("fraud-%d", w.models.Add(1)),
		core:  core{provider: map[string]any{"handover": drawn.handover}, state: make(state)},
		known: make(map[registry.Number]bool), seen: make(map[registry.Number]bool), doomed: make(map[registry.Number]bool),
		forsaken: make(map[string]bool),
	}
	if !drawn.managed() {
		_, err := w.outside.CreateModel(ctx, registry.NewModel{Name: r.model})
		r.check(err == nil, "set-up: %v", err)
	}
	for index, stage := range drawn.seeded {
		version, err := w.outside.CreateVersion(ctx, registry.NewVersion{Model: r.model, Source: fmt.Sprintf("s3://seed/%d", index+1)})
		r.check(err == nil, "set-up: %v", err)
		if stage != registry.StageNone {
			_, err = w.outside.TransitionStage(ctx, registry.Transition{Model: r.model, Number: version.Number, Stage: stage})
			r.check(err == nil, "set-up: %v", err)
		}
		r.known[version.Number], r.seen[version.Number] = true, true
	}
	return r
}

// check notes a violation.
func (r *run) check(holds bool, format string, values ...any) bool {
	if !holds {
		violation := fmt.Sprintf(format, values...)
		r.violations = append(r.violations, violation)
		r.tell("  !!! %s", violation)
	}
	return holds
}

func (r *run) tell(format string, values ...any) { fmt.Fprintf(&r.story, format+"\n", values...) }

// all runs the steps, and then repeats the last one without faults.
func (r *run) all() {
	for index, each := range r.steps {
		each.wanted = r.named(each.wanted)
		r.begin(index, each)
		r.step(each)
		last := index == len(r.steps)-1
		if len(r.violations) == 0 && (last || each.settle) && !r.settle(each) {
			return
		}
		if len(r.violations) > 0 {
			return
		}
	}
	if err := r.outside.DeleteModel(context.Background(), r.model); err != nil && !isNotFound(err) {
		r.check(false, "clean-up: %v", err)
	}
}

// begin prepares for a step.
func (r *run) begin(index int, each step) {
	r.rand = rand.New(rand.NewPCG(each.order, 0))
	r.tell("step %d on %s", index+1, describe(r.versions(r.model)))
	r.forsake(index)
}

// named returns a configuration with the name of this run's model.
func (r *run) named(wanted configuration) configuration {
	wanted = wanted.clone()
	for _, each := range wanted {
		for name, value := range each.attributes {
			if value == modelWord {
				each.attributes[name] = r.model
			}
		}
	}
	return wanted
}

// forsake notes the sources that a step leaves or wants elsewhere: what a failure left of them is nobody's any more.
func (r *run) forsake(index int) {
	for _, before := range r.steps[max(index-1, 0)].wanted {
		now, _ := r.steps[index].wanted.find(before.address())
		if r.steps[index].destroy || now.text("source") != before.text("source") || now.text("stage") != before.text("stage") {
			r.forsaken[before.text("source")] = true
		}
	}
}

// step makes one change under fire.
func (r *run) step(each step) {
	r.outsider(each.outsider)
	planned, ok := r.plan(each, each.planFaults)
	if !ok {
		return
	}
	r.outsider(each.intruder)
	r.apply(each, planned, each.faults, each.death)
}

func (r *run) outsider(does move) {
	if does.version == 0 {
		return
	}
	_, err := r.outside.TransitionStage(context.Background(), registry.Transition{
		Model: r.model, Number: does.version, Stage: does.stage, ArchiveExisting: does.archive && does.stage.Exclusive(),
	})
	if err == nil {
		r.known[does.version] = true // Whoever moves a version left behind has made it theirs.
	}
	r.tell("  %s: %v", does, err)
}

// plan plans a step. It reports whether there is a plan to apply.
func (r *run) plan(each step, faults []fault) (plan, bool) {
	f := r.front(r.model, faults, crash{})
	defer f.close()
	how := pace{order: r.rand, parallel: each.parallel, hangs: hangs(faults), dead: f.dead}
	var made plan
	if each.destroy {
		made = r.core.destroy(context.Background(), f.URL, each.wanted, how)
	} else {
		made = r.core.plan(context.Background(), f.URL, each.wanted, how)
	}
	r.tell("  plan: %s\n%s", changesOf(made), made.problems)
	if len(faults) > 0 {
		r.tell("%s", f.log())
	}
	for _, request := range f.Requests() {
		r.check(request.Method == http.MethodGet || takesLeaseOff(request), "a plan writes: %s %s", requestName(request), request.Body)
	}
	if made.problems.say("already exists") {
		if !r.importModel() {
			return made, false
		}
		return r.plan(each, faults)
	}
	refused := r.conflict(each.wanted)
	switch {
	case refused && !made.problems.failed():
		r.check(r.unknownPointer(made), "the plan gives one stage to two versions")
	case !refused && len(faults) == 0:
		r.check(!made.problems.failed(), "the plan failed without a fault")
	}
	return made, !made.problems.failed()
}

func changesOf(made plan) string {
	var words []string
	for address, each := range made.changes {
		if each.action != nothing {
			words = append(words, fmt.Sprintf("%s %s", each.action, address))
		}
	}
	slices.Sort(words)
	return fmt.Sprint(words)
}

// apply carries a plan out and checks what must hold whatever happens. It reports whether the apply went well.
func (r *run) apply(each step, made plan, faults []fault, death crash) bool {
	f := r.front(r.model, faults, death)
	f.watch(each.parallel)
	f.look("at the start")
	before := f.sightings[0]
	leaves := r.leaving(made, before)
	r.doom(made)
	found := r.core.apply(context.Background(), f.URL, made, pace{order: r.rand, parallel: each.parallel, hangs: hangs(faults), dead: f.dead})
	f.close() // Whatever is under way has come to its end.
	f.look("at the end")
	r.tell("  apply: crashed %t, %s\n%s\n%s\n  now %s", f.crashed(), describe(f.sightings[len(f.sightings)-1].versions), found, f.log(),
		r.stateLine())
	ending := outcome{step: each, front: f, leaves: leaves, well: !found.failed() && !f.crashed(), problems: found}
	r.problems = found
	r.checkHolders(ending)
	r.checkVersions(ending)
	return ending.well
}

// importModel does what the provider says when the model is there already: a process was killed, or lost its server, after
// it had created the model and before Terraform knew.
func (r *run) importModel() bool {
	_, managed := r.core.state[modelType+".m"]
	if !r.check(!managed, "a model in the state is taken for somebody else's") {
		return false
	}
	found := r.core.importState(context.Background(), r.address, modelType+".m", modelType, r.model)
	r.tell("  import of the model: %s", found)
	r.imports++
	return r.check(!found.failed(), "the model cannot be imported")
}

func (r *run) stateLine() string {
	var words []string
	for address, each := range r.core.state {
		tainted := ""
		if each.tainted {
			tainted = " tainted"
		}
		words = append(words, fmt.Sprintf("%s=%s(%s)%s", address, text(each.value, "version"), text(each.value, "stage"), tainted))
	}
	slices.Sort(words)
	return fmt.Sprint(words)
}

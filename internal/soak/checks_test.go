package soak_test

import (
	"errors"
	"path"
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// outcome is one apply and what was seen of it.
type outcome struct {
	step     step
	front    *front
	leaves   map[registry.Stage]bool
	well     bool
	problems problems
}

func isNotFound(err error) bool { return errors.Is(err, registry.ErrNotFound) }

// leaving returns the exclusive stages that a holder leaves because the plan moves it or destroys it, and not because
// another version takes over: no provider can keep such a stage held.
func (r *run) leaving(made plan, before sighting) map[registry.Stage]bool {
	leaves := make(map[registry.Stage]bool)
	for _, stage := range registry.ExclusiveStages() {
		for _, holder := range before.holders(stage) {
			for address, each := range made.changes {
				old := made.refreshed[address]
				if each.action != nothing && (old != nil && goes(each, old, holder) || arrives(each, holder, stage)) {
					leaves[stage] = true
				}
			}
		}
	}
	return leaves
}

// goes reports whether a change takes a stage from its holder by destroying what gave it.
func goes(made *change, old *object, holder registry.Number) bool {
	if made.action != remove && made.action != replace {
		return false
	}
	switch old.typ {
	case modelType:
		return true
	case pointerType:
		return text(old.value, "version") == holder.String() && text(old.value, "on_destroy") != "retain"
	}
	retained := text(old.value, "on_destroy") == "retain" || attributesOf(old.value)["on_destroy"].IsNull()
	return text(old.value, "version") == holder.String() && !retained
}

// arrives reports whether a change sends the holder of a stage to another one.
func arrives(made *change, holder registry.Number, stage registry.Stage) bool {
	to, err := registry.ParseStage(text(made.planned, "stage"))
	return err == nil && text(made.planned, "version") == holder.String() && to != stage
}

// doom notes what a plan may delete.
func (r *run) doom(made plan) {
	for address, each := range made.changes {
		if each.action != remove && each.action != replace {
			continue
		}
		old := made.refreshed[address]
		if text(old.value, "on_destroy") == "delete" {
			r.doomed[numberOf(old)] = true
		}
		var force bool
		if value, ok := attributesOf(old.value)["force_destroy"]; ok && value.As(&force) == nil && force {
			for number := range r.seen {
				r.doomed[number] = true
			}
		}
	}
}

func numberOf(of *object) registry.Number {
	number, _ := registry.ParseNumber(text(of.value, "version"))
	return number
}

// wants reports whether a step wants a holder in a stage.
func (s step) wants(stage registry.Stage) bool {
	return !s.destroy && slices.ContainsFunc(s.wanted, func(each block) bool {
		wanted, err := registry.ParseStage(each.text("stage"))
		return err == nil && wanted == stage
	})
}

// checkHolders checks what nobody may ever see, and the stages at rest.
func (r *run) checkHolders(o outcome) {
	if r.shared {
		return
	}
	sightings := o.front.sightings
	for _, stage := range registry.ExclusiveStages() {
		before, after := len(sightings[0].holders(stage)), len(sightings[len(sightings)-1].holders(stage))
		kept := before > 0 && !o.leaves[stage]
		for _, each := range sightings {
			held := len(each.holders(stage))
			r.check(held <= max(before, 1), "%d versions hold %s %s: %s", held, stage, each.moment, describe(each.versions))
			if kept && r.handover == string(handover.Atomic) {
				r.check(held > 0, "nobody holds %s %s: %s", stage, each.moment, describe(each.versions))
			}
		}
		switch {
		case before == 0 || !o.step.wants(stage):
		case o.well && o.step.intruder.version == 0:
			r.check(after == 1, "%d versions hold %s after an apply that went well", after, stage)
		case kept && !r.interrupted(o):
			r.check(after > 0, "nobody holds %s after an apply that failed", stage)
		}
	}
}

// interrupted reports whether a handover in two requests was cut off between them for good: killed, or by a server that
// does not answer while the stage is given back, which the error then says.
func (r *run) interrupted(o outcome) bool {
	return r.handover == string(handover.Sequential) && (o.front.crashed() || o.problems.say("giving the stage back failed too"))
}

// checkVersions checks that nothing was deleted, and that nothing exists that nobody knows of.
func (r *run) checkVersions(o outcome) {
	for _, each := range r.core.state {
		if each.typ == versionType {
			r.known[numberOf(each)] = true
		}
	}
	sightings := o.front.sightings
	for _, each := range sightings {
		for _, version := range each.versions {
			r.seen[version.Number] = true
		}
	}
	now := sightings[len(sightings)-1].versions
	for number := range r.seen {
		_, exists := registry.FindVersion(now, number)
		r.check(exists || r.doomed[number], "version %s is gone", number)
	}
	for _, version := range now {
		_, unfinished := version.Tags[handover.UnfinishedTag]
		switch {
		case r.known[version.Number] || unfinished:
		default:
			r.check(false, "nobody knows of version %s (%s)", version.Number, path.Base(version.Source))
		}
	}
}

// checkNoneLeft checks that no version of a failed or killed apply is left unknown.
func (r *run) checkNoneLeft() {
	for _, version := range r.versions(r.model) {
		r.check(r.known[version.Number] || r.forsaken[version.Source], "version %s (%s) was left behind and not taken over",
			version.Number, path.Base(version.Source))
	}
}

// settle repeats a step without faults, and checks that it ends where it is wanted. It reports whether to go on.
func (r *run) settle(each step) bool {
	r.tell(" again, without faults")
	each.intruder = move{}
	for attempt := 1; ; attempt++ {
		made, ok := r.plan(each, nil)
		if !ok {
			return len(r.violations) == 0
		}
		if r.apply(each, made, nil, crash{}) || len(r.violations) > 0 {
			break
		}
		if attempt == 2 {
			return r.check(false, "a repeated run without faults failed twice")
		}
	}
	if len(r.violations) > 0 {
		return false
	}
	r.checkNoneLeft()
	again, ok := r.plan(each, nil)
	if !ok { // Only now is it known that a pointer names another version than the one that a block declares in the stage.
		return len(r.violations) == 0
	}
	r.check(again.empty(), "the next plan is not empty")
	r.checkWanted(each)
	return len(r.violations) == 0
}

// checkWanted compares the registry with the configuration.
func (r *run) checkWanted(each step) {
	if each.destroy {
		r.check(len(r.core.state) == 0, "the state is not empty")
		return
	}
	now := r.versions(r.model)
	for _, wanted := range each.wanted {
		object, exists := r.core.state[wanted.address()]
		if !r.check(exists, "%s is not in the state", wanted.address()) || wanted.typ == modelType {
			continue
		}
		version, exists := registry.FindVersion(now, numberOf(object))
		if !r.check(exists, "the version of %s does not exist", wanted.address()) {
			continue
		}
		stage, err := registry.ParseStage(wanted.text("stage"))
		r.check(err != nil || version.Stage == stage, "%s is in %s, not in %s", wanted.address(), version.Stage, stage)
		if err == nil && stage.Exclusive() && !r.shared {
			holders := registry.Holders(now, stage)
			r.check(len(holders) == 1, "%s is held by %v", stage, holders)
		}
	}
}

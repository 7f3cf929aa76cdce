package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// registrar is an engine that registers a version of a model.
type registrar struct {
	name, source string
	number       int // names it in the table's complaints
	engine       *handover.Engine
}

// registrationPatience is how long a registration may take: a version whose run says nothing more is waited for longer (see
// handover.Registration), which ends in an error that says so.
const registrationPatience = 8 * time.Second

// registrations is what came of a round of registrations.
type registrations struct {
	// owners has those who were told that they own a version, by version.
	owners map[int][]string
	// spare are versions that nobody owns, marked those with an owner that say that they belong to an unfinished run, and wrong
	// those with another source than their owner's, or that do not exist.
	spare, marked, wrong []int
	// givenUp is how many were registered, and then given up, as a run does whose promotion has failed.
	givenUp int
}

// registrations are the races of registrations: all from one source, and each from another version of a model.
func (c *course) registrations() ([]heat, error) {
	same := heat{who: fmt.Sprintf("%d engines register from one source", c.clients), rounds: c.engineRounds}
	other := heat{who: fmt.Sprintf("%d engines register from models:/ sources", c.clients), rounds: c.engineRounds}
	for number := 2; number <= c.clients+1; number++ {
		name := fmt.Sprintf("engine-%d", number)
		engine, _, err := newEngine(c.gate.address(name), handover.Atomic, c.requestTimeout)
		if err != nil {
			return nil, err
		}
		one := registrar{name: name, number: number, engine: engine, source: "s3://models/race/new"}
		same.registrars = append(same.registrars, &one)
		two := one
		two.source = fmt.Sprintf("models:/%s/%d", c.model, number)
		other.registrars = append(other.registrars, &two)
	}
	return []heat{same, other}, nil
}

// registerAtOnce lets everybody register a version of a new model, and looks who owns what.
func (c *course) registerAtOnce(ctx context.Context, h heat, round int) (result, error) {
	model := fmt.Sprintf("%s-new-%d", c.model, round)
	if err := c.registry.createModel(ctx, model, 0); err != nil {
		return result{}, err
	}
	var names []string
	for _, one := range h.registrars {
		names = append(names, one.name)
	}
	c.gate.arm(names, false, c.draw(h, round, names)...)
	giver := ""
	if random := h.random(c.seed+1, round); random.IntN(4) == 0 {
		giver = names[random.IntN(len(names))]
	}
	came := result{told: make(map[int]told), registrations: registrations{owners: make(map[int][]string)}}
	var group sync.WaitGroup
	var mutex sync.Mutex
	for _, one := range h.registrars {
		group.Go(func() {
			version, said := one.register(ctx, model, one.name == giver)
			mutex.Lock()
			defer mutex.Unlock()
			came.told[one.number] = said
			switch {
			case said.word == won:
				came.owners[version] = append(came.owners[version], one.name)
			case said.word == refused && said.text == "":
				came.givenUp++
			}
		})
	}
	group.Wait()
	came.seen = c.gate.report()
	c.gate.arm(nil, false)
	if ctx.Err() != nil {
		return result{}, ctx.Err()
	}
	versions, err := c.registry.versions(ctx, model)
	if err != nil {
		return result{}, err
	}
	came.compare(h, versions)
	return came, c.registry.deleteModel(ctx, model)
}

// register registers a version, finishes that or gives it up, and returns its number.
func (r *registrar) register(ctx context.Context, model string, giveUp bool) (int, told) {
	ctx, cancel := context.WithTimeout(ctx, registrationPatience)
	defer cancel()
	held, err := r.engine.Register(ctx, handover.Registering{
		NewVersion: registry.NewVersion{Model: model, Source: r.source}, Goal: handover.Goal{Model: model},
	})
	if err != nil {
		return 0, told{word: wordOfRegistration(err), text: err.Error()}
	}
	end := held.Finish
	if giveUp {
		end = held.GiveUp
	}
	err = end(ctx)
	switch number := int(held.Version.Number); {
	case err != nil: // The version has its mark still: the provider says that it may belong to another run.
		return number, told{word: unsure, text: fmt.Sprintf("version %d: %v", number, err)}
	case giveUp:
		return number, told{word: refused}
	default:
		return number, told{word: won, text: fmt.Sprintf("owns version %d, taken over: %t", number, held.Taken)}
	}
}

// wordOfRegistration classifies why a registration ended without a version.
func wordOfRegistration(err error) word {
	if _, ok := errors.AsType[*handover.LostError](err); ok {
		return unsure
	}
	if _, ok := errors.AsType[*handover.ExpiredError](err); ok {
		return unsure
	}
	if _, ok := errors.AsType[*handover.LeasedError](err); ok {
		return refused
	}
	if _, ok := errors.AsType[*handover.TakenError](err); ok {
		return refused
	}
	if errors.Is(err, registry.ErrOutcomeUnknown) {
		return unsure
	}
	if _, ok := errors.AsType[*registry.Error](err); ok {
		return failed
	}
	return otherwise
}

// compare holds what everybody was told against what there is.
func (r *registrations) compare(h heat, versions []seenVersion) {
	for _, one := range versions {
		owners := r.owners[one.number]
		if len(owners) == 0 {
			r.spare = append(r.spare, one.number)
		} else if one.tags[handover.UnfinishedTag] != "" {
			r.marked = append(r.marked, one.number)
		}
	}
	for number, owners := range r.owners {
		at := slices.IndexFunc(versions, func(one seenVersion) bool { return one.number == number })
		for _, registered := range h.registrars {
			if slices.Contains(owners, registered.name) && (at < 0 || versions[at].source != registered.source) {
				r.wrong = append(r.wrong, number)
			}
		}
	}
}

// countOwners counts who owns which version. A version that nobody owns was given up, or comes from a client that was told that
// it could not be found out what was done.
func (t *tally) countOwners(r result) {
	lost := 0
	for _, said := range r.told {
		if said.word == unsure {
			lost++
		}
	}
	if lost > 0 {
		t.unsureRounds++
	}
	for number, owners := range r.owners {
		if len(owners) > 1 {
			t.owned++
			t.complain("round %d: version %d is owned by %s", t.rounds, number, strings.Join(owners, " and "))
		}
	}
	if len(r.wrong) > 0 {
		t.complain("round %d: versions %v do not exist, or have another source than their owners'", t.rounds, r.wrong)
	}
	if len(r.spare) > lost+r.givenUp {
		t.complain("round %d: versions %v belong to nobody, and nobody was told", t.rounds, r.spare)
	}
	if len(r.marked) > 0 {
		t.complain("round %d: versions %v have owners, and are marked as unfinished", t.rounds, r.marked)
	}
}

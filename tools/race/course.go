package main

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// course is where the races are held: a registry with a model, the gate in front of it, and a CLI.
type course struct {
	options

	folder   string
	server   *outside.Server
	registry *outsider
	gate     *gate
	cli      *cli
	model    string
}

// newCourse prepares everything. Whoever gets a course closes it.
func newCourse(ctx context.Context, given options) (*course, error) {
	folder, err := os.MkdirTemp("", "mlregistry-race-")
	if err != nil {
		return nil, err
	}
	c := &course{options: given, folder: folder}
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *course) prepare(ctx context.Context) error {
	provider, err := filepath.Abs(c.provider)
	if err != nil {
		return err
	}
	if c.cli, err = newCLI(c.options.cli, provider, c.folder); err != nil {
		return err
	}
	address := strings.TrimRight(c.uri, "/")
	if address == "" {
		if c.server, err = outside.StartServer(ctx, provider, c.folder); err != nil {
			return err
		}
		address = c.server.Address
	}
	if c.gate, err = openGate(ctx, address); err != nil {
		return err
	}
	if c.faults {
		// Who waits for the others has that much less time for an answer.
		c.gate.lateness, c.gate.patience = c.requestTimeout, c.requestTimeout/4
	}
	model := "race-" + strings.ToLower(crand.Text()[:8]) // Others use the server too.
	c.registry = newOutsider(address)
	if err := c.registry.createModel(ctx, model, c.scriptVersion()); err != nil {
		return err
	}
	c.model = model
	return nil
}

// scriptVersion is the version of the script that takes part besides: 1 holds the stage before, then come the clients'.
func (c *course) scriptVersion() int { return c.clients + 2 }

// close ends what newCourse started and removes what it made.
func (c *course) close() error {
	var err error
	if c.model != "" {
		ctx, cancel := context.WithTimeout(context.Background(), outside.StopPatience)
		defer cancel()
		err = c.registry.deleteModel(ctx, c.model)
	}
	if c.gate != nil {
		err = errors.Join(err, c.gate.close())
	}
	if c.server != nil {
		c.server.Stop()
	}
	return errors.Join(err, os.RemoveAll(c.folder))
}

// heat is a number of rounds with the same entrants.
type heat struct {
	who      string
	entrants []entrant
	rounds   int
	// crowded heats begin with every version in Production, as a race of scripts leaves it.
	crowded bool
	// lineUp is false for heats in which only every other round is lined up, so that some read what others did already.
	lineUp bool
	// registrars register a version each instead; sources has what from.
	registrars []*registrar
}

// random draws what is drawn in one round.
func (h heat) random(seed uint64, round int) *rand.Rand {
	name := fnv.New32a()
	_, _ = name.Write([]byte(h.who))
	return rand.New(rand.NewPCG(seed, uint64(name.Sum32())<<32|uint64(round))) //nolint:gosec // Not for secrets.
}

// runAll holds every race and returns what came of them, also when it could not finish.
func (c *course) runAll(ctx context.Context) ([]*tally, error) {
	prepare := c.heats
	if c.faults {
		prepare = c.heatsWithFaults
	}
	heats, err := prepare()
	if err != nil {
		return nil, err
	}
	only, err := regexp.Compile(c.only)
	if err != nil {
		return nil, err
	}
	var tallies []*tally
	for _, one := range heats {
		if one.rounds == 0 || !only.MatchString(one.who) {
			continue
		}
		counted, err := c.hold(ctx, one)
		if err != nil {
			return tallies, fmt.Errorf("%s: %w", one.who, err)
		}
		fmt.Fprintln(os.Stderr, counted)
		tallies = append(tallies, counted)
	}
	return tallies, nil
}

func (c *course) heats() ([]heat, error) {
	var scripts, engines, runs []entrant
	for version := 2; version <= c.clients+1; version++ {
		scripts = append(scripts, c.script(fmt.Sprintf("script-%d", version), version))
		name := fmt.Sprintf("engine-%d", version)
		engine, err := newEngineRacer(c.gate.address(name), c.model, version, handover.Atomic, 0)
		if err != nil {
			return nil, err
		}
		engines = append(engines, entrant{racer: engine, name: name, version: version})
		name = fmt.Sprintf("terraform-%d", version)
		run, err := newTerraformRacer(c.cli, filepath.Join(c.folder, name), c.gate.address(name), c.model, version, "")
		if err != nil {
			return nil, err
		}
		runs = append(runs, entrant{racer: run, name: name, version: version})
	}
	besides := c.script("script", c.scriptVersion())
	some := func(what string) string { return fmt.Sprintf("%d %s", c.clients, what) }
	return []heat{
		{who: some(flagAlone), entrants: scripts, rounds: c.engineRounds, lineUp: true},
		{who: some(flagAlone + crowd), entrants: scripts, rounds: c.engineRounds, lineUp: true, crowded: true},
		{who: some("Terraform runs"), entrants: runs, rounds: c.rounds, lineUp: true},
		{who: some("Terraform runs" + crowd), entrants: runs, rounds: c.rounds, lineUp: true, crowded: true},
		{who: some("Terraform runs and a script"), entrants: with(runs, besides), rounds: c.rounds, lineUp: true},
		{who: some("engines"), entrants: engines, rounds: c.engineRounds},
		{who: some("engines" + crowd), entrants: engines, rounds: c.engineRounds, crowded: true},
		{who: some("engines and a script"), entrants: with(engines, besides), rounds: c.engineRounds},
	}, nil
}

const (
	flagAlone = "scripts with MLflow's flag"
	crowd     = ", all in Production before"
)

func (c *course) script(name string, version int) entrant {
	racer := scriptRacer{
		registry: newOutsider(c.gate.address(name)), model: c.model, version: version, forgiving: c.faults,
	}
	return entrant{racer: racer, name: name, version: version, script: true}
}

func with(entrants []entrant, more entrant) []entrant {
	return append(entrants[:len(entrants):len(entrants)], more)
}

// hold holds the rounds of a heat.
func (c *course) hold(ctx context.Context, h heat) (*tally, error) {
	counted := newTally(c.options.registry, h)
	if c.faults {
		counted.hints = fmt.Sprintf("-faults -seed %d -clients %d -only '^%s$'", c.seed, c.clients, h.who)
	}
	begun := time.Now()
	for round := range h.rounds {
		held := c.round
		if h.registrars != nil {
			held = c.registerAtOnce
		}
		result, err := held(ctx, h, round+1)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round+1, err)
		}
		counted.add(result)
	}
	counted.took = time.Since(begun)
	return counted, nil
}

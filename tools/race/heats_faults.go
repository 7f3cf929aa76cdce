package main

import (
	"fmt"
	"path/filepath"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
)

// heatsWithFaults are the races in which faults happen.
func (c *course) heatsWithFaults() ([]heat, error) {
	var all []heat
	besides := c.script("script", c.scriptVersion())
	for _, way := range handover.Ways() {
		var engines, runs []entrant
		for version := 2; version <= c.clients+1; version++ {
			name := fmt.Sprintf("engine-%d", version)
			engine, err := newEngineRacer(c.gate.address(name), c.model, version, way, c.requestTimeout)
			if err != nil {
				return nil, err
			}
			engines = append(engines, entrant{racer: engine, name: name, version: version})
			name = fmt.Sprintf("terraform-%s-%d", way, version)
			settings := fmt.Sprintf("handover = %q\n  request_timeout = %.0f\n  backoff_factor = 0.2", way, c.requestTimeout.Seconds())
			run, err := newTerraformRacer(c.cli, filepath.Join(c.folder, name), c.gate.address(name), c.model, version, settings)
			if err != nil {
				return nil, err
			}
			runs = append(runs, entrant{racer: run, name: name, version: version})
		}
		who := func(what string) string { return fmt.Sprintf("%d %s, %s", c.clients, what, way) }
		all = append(all,
			heat{who: who("engines"), entrants: engines, rounds: c.engineRounds},
			heat{who: who("engines" + crowd), entrants: engines, rounds: c.engineRounds, crowded: true},
			heat{who: who("engines and a script"), entrants: with(engines, besides), rounds: c.engineRounds},
			heat{who: who("Terraform runs"), entrants: runs, rounds: c.rounds, lineUp: true},
			heat{who: who("Terraform runs and a script"), entrants: with(runs, besides), rounds: c.rounds, lineUp: true},
		)
	}
	registrations, err := c.registrations()
	return append(all, registrations...), err
}

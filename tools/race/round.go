package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// result is what came of one round.
type result struct {
	// holders are the versions in Production when every racer had ended.
	holders []int
	// told has what each racer was told, by its version.
	told map[int]told
	// settled are the holders after the only racer of ours that holds the stage has applied again; nil if it need not,
	// because it holds the stage alone or not at all.
	settled []int
	// seen is what the gate saw.
	seen record
	// owners, spare and marked are of a round of registrations (see registers).
	registrations
}

// round sets the scene, lets everybody prepare and then race, and looks who holds the stage.
// It is the round with that number, counted from 1.
func (c *course) round(ctx context.Context, h heat, round int) (result, error) {
	lineUp := h.lineUp || round%2 == 1
	entrants := h.entrants
	if err := c.reset(ctx, h); err != nil {
		return result{}, err
	}
	names := make([]string, 0, len(entrants))
	for _, one := range entrants {
		names = append(names, one.name)
	}
	c.gate.arm(nil, false)
	if err := together(entrants, func(one entrant) error { return one.prepare(ctx) }); err != nil {
		return result{}, err
	}
	c.gate.arm(names, lineUp, c.draw(h, round, names)...)
	came := result{told: make(map[int]told)}
	var mutex sync.Mutex
	err := together(entrants, func(one entrant) error {
		defer c.gate.leave(one.name)
		said, err := one.promote(ctx)
		mutex.Lock()
		defer mutex.Unlock()
		came.told[one.version] = said
		return err
	})
	if err != nil {
		return result{}, err
	}
	came.seen = c.gate.report()
	c.gate.arm(nil, false)
	if came.holders, err = c.registry.holders(ctx, c.model); err != nil {
		return result{}, err
	}
	came.settled, err = c.settle(ctx, entrants, came.holders)
	return came, err
}

// draw returns the faults of a round, which depend on the seed, the race and the number of the round only.
func (c *course) draw(h heat, round int, names []string) []due {
	if !c.faults {
		return nil
	}
	if c.again > 0 {
		round = c.again
	}
	return drawFaults(h.random(c.seed, round), names, c.requestTimeout)
}

// settle lets the only holder who follows the protocol apply again if a script came after it had read back.
func (c *course) settle(ctx context.Context, entrants []entrant, holders []int) ([]int, error) {
	var ours []entrant
	for _, one := range entrants {
		if !one.script && slices.Contains(holders, one.version) {
			ours = append(ours, one)
		}
	}
	if len(ours) != 1 || len(holders) == 1 {
		return nil, nil
	}
	if _, err := ours[0].again(ctx); err != nil {
		return nil, err
	}
	return c.registry.holders(ctx, c.model)
}

// reset makes version 1 the only holder, whatever the last round left, and puts the others beside it in a crowded heat.
func (c *course) reset(ctx context.Context, h heat) error {
	want := []int{1}
	if err := c.registry.promote(ctx, c.model, 1, true); err != nil {
		return err
	}
	if h.crowded {
		for _, one := range h.entrants {
			want = append(want, one.version)
			if err := c.registry.promote(ctx, c.model, one.version, false); err != nil {
				return err
			}
		}
	}
	holders, err := c.registry.holders(ctx, c.model)
	if err == nil && !slices.Equal(holders, want) {
		err = fmt.Errorf("before the round Production is held by %v, not by %v: somebody else uses this model", holders, want)
	}
	return err
}

// together does something for all entrants at once and returns their errors.
func together(entrants []entrant, do func(entrant) error) error {
	errs := make([]error, len(entrants))
	var group sync.WaitGroup
	for index, one := range entrants {
		group.Go(func() {
			if err := do(one); err != nil {
				errs[index] = fmt.Errorf("%s: %w", one.name, err)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

package handover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// turns runs goroutines one step at a time, in an order that the test draws.
type turns struct {
	waiting chan turn
}

type turn struct {
	name string
	over bool
	goOn chan struct{}
}

// client is the world as one racing client sees it: each step of a call waits for its turn.
type client struct {
	*world
	name  string
	turns *turns
}

func (c client) await() {
	goOn := make(chan struct{})
	c.turns.waiting <- turn{name: c.name, goOn: goOn}
	<-goOn
}

func (c client) Versions(ctx context.Context, model string) ([]registry.Version, error) {
	c.await()
	return c.world.Versions(ctx, model)
}

func (c client) TransitionStage(ctx context.Context, t registry.Transition) (registry.Version, error) {
	c.await()
	c.world.step = func(what string) {
		if len(what) > 6 && what[:6] == "commit" {
			c.await() // Between looking for the holders and archiving them: where MLflow loses the race.
		}
	}
	return c.world.TransitionStage(ctx, t)
}

// TestRacingPromotionsEndWithOneHolder lets clients of this protocol, with separate locks as in separate processes,
// promote different versions at once under every kind of interleaving.
func TestRacingPromotionsEndWithOneHolder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clients := rapid.IntRange(2, 4).Draw(t, "clients")
		w := newWorld(registry.StageProduction)
		w.mayTie = func() bool { return rapid.Bool().Draw(t, "tie") }
		everybody := []registry.Number{1}
		for range clients {
			everybody = append(everybody, w.add(registry.Version{Stage: registry.StageStaging, Status: registry.StatusReady}).Number)
		}
		order := &turns{waiting: make(chan turn)}
		results := make(map[string]error)
		done := make(chan struct {
			name string
			err  error
		})
		for index := range clients {
			name := fmt.Sprintf("client %d", index+1)
			way := rapid.SampledFrom(Ways()).Draw(t, "way of "+name)
			engine := New(client{world: w, name: name, turns: order}, way)
			engine.pause = func(context.Context, Action) {}
			go func() {
				_, err := engine.Run(context.Background(), toProduction(registry.Number(index+2), everybody...))
				order.waiting <- turn{name: name, over: true}
				done <- struct {
					name string
					err  error
				}{name, err}
			}()
		}
		var ready []turn
		for running := clients; running > 0; {
			for len(ready) < running {
				next := <-order.waiting
				if next.over {
					running--
					result := <-done
					results[result.name] = result.err
					continue
				}
				ready = append(ready, next)
			}
			if len(ready) == 0 {
				break
			}
			slices.SortFunc(ready, func(a, b turn) int { return strings.Compare(a.name, b.name) })
			chosen := rapid.IntRange(0, len(ready)-1).Draw(t, "next")
			close(ready[chosen].goOn)
			ready = append(ready[:chosen], ready[chosen+1:]...)
		}
		if holders := w.holders(); len(holders) != 1 {
			t.Fatalf("%d holders at rest: %v; results %v; log %v", len(holders), holders, results, w.log)
		}
		winners := 0
		for name, err := range results {
			var displaced *DisplacedError
			switch {
			case err == nil:
				winners++
			case !errors.As(err, &displaced):
				t.Fatalf("%s got %v", name, err)
			}
		}
		if winners == 0 {
			t.Fatalf("nobody won: %v; log %v", results, w.log)
		}
	})
}

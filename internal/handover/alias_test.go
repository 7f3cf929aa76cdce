package handover

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// aliased is a world whose alias may be set although the answer is an error.
type aliased struct {
	*world
	answer error
	done   bool
	sent   int
}

func (a *aliased) SetAlias(_ context.Context, _, alias string, number registry.Number) error {
	a.sent++
	if a.done {
		a.aliases = map[string]registry.Number{alias: number}
	}
	return a.answer
}

// A refused alias is set if a look shows that it has come to the version; one that was there before proves nothing.
func TestAnAliasThatIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		before registry.Number
		done   bool
		moved  bool
		err    bool
		sent   int
	}{
		"and set":                      {0, true, true, false, 1},
		"and moved":                    {1, true, true, false, 1},
		"and not set":                  {0, false, false, true, 1},
		"and not moved":                {1, false, false, true, 1},
		"and not sent, as it is there": {2, true, false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := &aliased{world: newWorld(registry.StageNone, registry.StageNone), answer: answer400("no"), done: test.done}
			if test.before != 0 {
				w.aliases = map[string]registry.Number{"champion": test.before}
			}
			goal := AliasGoal{Model: testModel, Alias: "champion", Version: 2, From: test.before, Held: test.before != 0}
			got, err := New(w, Atomic).MoveAlias(context.Background(), goal, func(map[string]registry.Number) bool { return true })
			if got.Moved != test.moved || (err != nil) != test.err || test.err && !errors.Is(err, registry.ErrInvalid) {
				t.Errorf("got %+v, %v", got, err)
			}
			if w.sent != test.sent || strings.Contains(strings.Join(w.log, " "), "read") {
				t.Errorf("sent %d times, %v", w.sent, w.log)
			}
		})
	}
}

// A version of which the look does not tell that it is READY is read; one that is not is refused.
func TestAVersionThatIsNotReadyGetsNoAlias(t *testing.T) {
	w := &aliased{world: newWorld(registry.StageNone, registry.StageNone)}
	pending := w.versions[2]
	pending.Status = "PENDING_REGISTRATION"
	w.versions[2] = pending
	goal := AliasGoal{Model: testModel, Alias: "champion", Version: 2}
	_, err := New(w, Atomic).MoveAlias(context.Background(), goal, func(map[string]registry.Number) bool { return true })
	var notReady *NotReadyError
	if !errors.As(err, &notReady) || w.sent != 0 {
		t.Errorf("got %v after %d requests", err, w.sent)
	}
}

// An alias that no plan has seen and that somebody creates between two attempts is taken, not moved.
func TestAnAliasThatIsCreatedBetweenTwoAttempts(t *testing.T) {
	ready := map[registry.Number]bool{2: true}
	m := NewAliasMachine(AliasGoal{Model: "m", Alias: "champion", Version: 2}, 3)
	m.Next(AliasEvent{})
	m.Next(AliasEvent{Looked: true, Ready: ready})
	m.Next(AliasEvent{Err: answer503()})
	m.Next(AliasEvent{Looked: true, Ready: ready})
	m.Next(AliasEvent{})
	last := m.Next(AliasEvent{Looked: true, Ready: ready, Aliases: map[string]registry.Number{"champion": 3}})
	if _, taken := errors.AsType[*AliasTakenError](last.Err); !taken {
		t.Errorf("got %v", last.Err)
	}
}

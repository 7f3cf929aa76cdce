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
		want   registry.Number
		err    bool
	}{
		"and set":                  {0, true, 2, false},
		"and moved":                {1, true, 2, false},
		"and not set":              {0, false, 0, true},
		"and not moved":            {1, false, 0, true},
		"and was at this version":  {2, true, 0, true},
		"and is at this one still": {2, false, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := &aliased{world: newWorld(registry.StageNone, registry.StageNone), answer: answer400("no"), done: test.done}
			if test.before != 0 {
				w.aliases = map[string]registry.Number{"champion": test.before}
			}
			got, err := New(w, Atomic).PointAlias(context.Background(), testModel, "champion", 2, test.before)
			if got != test.want || (err != nil) != test.err || test.err && !errors.Is(err, registry.ErrInvalid) {
				t.Errorf("got %s, %v", got, err)
			}
			if w.sent != 1 || strings.Contains(strings.Join(w.log, " "), "read") {
				t.Errorf("sent %d times, %v", w.sent, w.log)
			}
		})
	}
}

package handover

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// exploreAll enumerates with all faults of each scene; make explore sets it. Without it one fault less is tried where two
// clients act, which takes seconds.
var exploreAll = flag.Bool("explore-all", false, "enumerate with every fault of each scene")

// exploreFor is how long TestDrawnInterleavings goes on; make explore raises it.
var exploreFor = flag.Duration("explore", 3*time.Second, "how long to draw interleavings of three and four clients")

// scene is a registry and the clients that act on it at once.
type scene struct {
	name     string
	stages   []registry.Stage
	goals    []Goal
	outsider []string
	faults   int
}

// scenes are what two clients can want of one stage at the same time, each with up to two faults and one outsider.
func scenes() []scene {
	const none, staging, production, archived = registry.StageNone, registry.StageStaging, registry.StageProduction, registry.StageArchived
	from := func(goal Goal, stage registry.Stage) Goal { goal.From = stage; return goal }
	leave := func(version registry.Number, onlyFrom registry.Stage) Goal {
		return Goal{Model: testModel, Version: version, Stage: archived, OnlyFrom: onlyFrom}
	}
	three := []registry.Stage{production, staging, staging}
	return []scene{
		{"one client alone", []registry.Stage{production, staging}, []Goal{from(toProduction(2, 1), staging)}, nil, 3},
		{"one client and an outsider", three, []Goal{from(toProduction(2, 1), staging)}, []string{"3->Production!", "3->Production", "2->Archived", "1->Archived"}, 2},
		{"two promote different versions", three, []Goal{toProduction(2, 1), toProduction(3, 1)}, nil, 2},
		{"two promote different versions, and an outsider", three, []Goal{toProduction(2, 1), toProduction(3, 1)}, []string{"1->Production!", "1->Archived", "2->Staging"}, 1},
		{"each plan names the other's version", three, []Goal{toProduction(2, 1, 3), toProduction(3, 1, 2)}, nil, 2},
		{"two promote the same version", []registry.Stage{production, staging}, []Goal{toProduction(2, 1), toProduction(2, 1)}, nil, 2},
		{"nobody holds the stage", []registry.Stage{archived, staging, none}, []Goal{toProduction(2), toProduction(3)}, nil, 2},
		{"two hold the stage", []registry.Stage{production, production, staging}, []Goal{toProduction(1, 2), toProduction(3, 1, 2)}, nil, 2},
		{"two hold the stage, and the newer one keeps it", []registry.Stage{production, production, staging}, []Goal{toProduction(2, 1), toProduction(3, 1, 2)}, nil, 2},
		{"one promotes, the old holder's block goes", three, []Goal{toProduction(2, 1), leave(1, production)}, []string{"3->Production!"}, 2},
		{"both leave", []registry.Stage{production, staging}, []Goal{leave(1, production), from(leave(1, ""), production)}, []string{"2->Production!"}, 2},
	}
}

// explorer walks through every interleaving once, with states that go on alike merged.
type explorer struct {
	t *testing.T
	// paths is how many ways lead on from a state; -1 while the state is on the present path.
	paths map[[sha256.Size]byte]float64
	path  []string
}

func (e *explorer) walk(s *simulation) float64 {
	key := sha256.Sum256([]byte(s.key()))
	if paths, seen := e.paths[key]; seen {
		if paths < 0 {
			e.fail(s, fmt.Errorf("a client never ends"))
		}
		return paths
	}
	if err := s.violation(); err != nil {
		e.fail(s, err)
	}
	e.paths[key] = -1
	words := s.words()
	var paths float64
	for _, word := range words {
		after := s.clone()
		if err := after.do(word); err != nil {
			e.t.Fatal(err)
		}
		e.path = append(e.path, word)
		paths += e.walk(after)
		e.path = e.path[:len(e.path)-1]
	}
	if len(words) == 0 {
		if !s.atRest() {
			e.fail(s, fmt.Errorf("a client is stuck"))
		}
		paths = 1
	}
	e.paths[key] = paths
	return paths
}

// fail prints the way to a violation as a script for testdata.
func (e *explorer) fail(s *simulation, err error) {
	e.t.Helper()
	for _, a := range s.actors {
		e.t.Logf("%s ended: %t, %v, overtaken %v", a.name, a.done, a.err, a.outcome.Overtaken)
	}
	e.t.Fatalf("%v\n%s", err, strings.Join(e.path, "\n"))
}

// TestEveryInterleaving enumerates, for each scene and each way of a handover, every order in which the clients, the server,
// the faults and the outsider can act.
func TestEveryInterleaving(t *testing.T) {
	states, ways := 0, 0.0
	for _, scene := range scenes() {
		for _, pair := range [][]Way{{Atomic, Atomic}, {Sequential, Sequential}, {Atomic, Sequential}} {
			if len(scene.goals) == 1 && pair[0] != pair[1] {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", scene.name, pair), func(t *testing.T) {
				e := &explorer{t: t, paths: make(map[[sha256.Size]byte]float64)}
				begun := time.Now()
				found := e.walk(scene.begin(t, pair))
				t.Logf("%d states, %.3g interleavings, %s", len(e.paths), found, time.Since(begun).Round(time.Millisecond))
				states, ways = states+len(e.paths), ways+found
			})
		}
	}
	t.Logf("in all %d states, %.3g interleavings", states, ways)
}

func (c scene) begin(t *testing.T, ways []Way) *simulation {
	t.Helper()
	var actors []*actor
	for index, goal := range c.goals {
		actors = append(actors, newActor(string(rune('A'+index)), goal, ways[index%len(ways)]))
	}
	var outsider []registry.Transition
	for _, text := range c.outsider {
		move, err := parseTransition(text)
		if err != nil {
			t.Fatal(err)
		}
		outsider = append(outsider, move)
	}
	faults := c.faults
	if len(actors) > 1 && !*exploreAll {
		faults--
	}
	return newSimulation(c.stages, faults, outsider, actors...)
}

// TestDrawnInterleavings draws longer ones, with three and four clients, more faults and an outsider.
func TestDrawnInterleavings(t *testing.T) {
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // Any number will do.
	random := rand.New(rand.NewPCG(seed, 0))
	drawn := 0
	for end := time.Now().Add(*exploreFor); time.Now().Before(end); drawn++ {
		clients := 3 + random.IntN(2)
		stages := []registry.Stage{registry.StageProduction}
		var actors []*actor
		for index := range clients {
			number := registry.Number(index + 2)
			stages = append(stages, registry.StageStaging)
			reviewed := []registry.Number{1}
			for other := range clients {
				if random.IntN(2) == 0 && other != index {
					reviewed = append(reviewed, registry.Number(other+2))
				}
			}
			actors = append(actors, newActor(string(rune('A'+index)), toProduction(number, reviewed...), Ways()[random.IntN(2)]))
		}
		var outsider []registry.Transition
		if random.IntN(2) == 0 {
			outsider = []registry.Transition{{Model: testModel, Number: 1, Stage: registry.StageProduction, ArchiveExisting: true}}
		}
		s := newSimulation(stages, random.IntN(5), outsider, actors...)
		var path []string
		for words := s.words(); len(words) > 0; words = s.words() {
			word := words[random.IntN(len(words))]
			path = append(path, word)
			if err := s.do(word); err != nil {
				t.Fatal(err)
			}
			if err := s.violation(); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(path, "\n"))
			}
			if len(path) > 2000 {
				t.Fatalf("seed %d: the clients never end\n%s", seed, strings.Join(path[:200], "\n"))
			}
		}
		if !s.atRest() {
			t.Fatalf("seed %d: somebody is stuck\n%s", seed, strings.Join(path, "\n"))
		}
	}
	t.Logf("%d interleavings drawn (seed %d)", drawn, seed)
}

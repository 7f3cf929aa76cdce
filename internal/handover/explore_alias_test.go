package handover

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// aliasSimulation is a registry with one alias and the clients that move it, as one value, as simulation is for a stage. The server is a
// model: no real one can be stopped between two steps. Setting an alias is one step of it, and compares nothing.
type aliasSimulation struct {
	at registry.Number
	// gone are versions that were deleted; setBy is who set the alias last.
	gone     []registry.Number
	setBy    string
	actors   []aliasActor
	late     []int // The clients whose requests the server may still do.
	faults   int
	outsider []string
}

// aliasActor is one client.
type aliasActor struct {
	name          string
	goal          AliasGoal
	machine       *AliasMachine
	action        AliasAction
	under, waited bool
	over, done    bool
	// fresh says that it has not waited since its last look, blind that a look has failed since it sent its request.
	fresh, blind bool
	// saw is where its last look showed the alias; wrote says that a request of it took effect, and replaced is what that
	// replaced although no plan names it; sawIt says that a look of it had shown that since it sent the request.
	saw      registry.Number
	wrote    bool
	replaced registry.Number
	sawIt    bool
	outcome  AliasOutcome
	err      error
}

// answer503 is a server that is through with a request, and does not say whether it did it.
func answer503() error {
	return &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Unknown: true, Message: "unavailable"}
}

func newAliasSimulation(at registry.Number, faults int, outsider []string, goals ...AliasGoal) *aliasSimulation {
	s := &aliasSimulation{at: at, faults: faults, outsider: outsider}
	for index, goal := range goals {
		goal.Model, goal.Alias = testModel, "champion"
		machine := NewAliasMachine(goal, 3)
		s.actors = append(s.actors, aliasActor{
			name: string(rune('A' + index)), goal: goal, machine: machine, action: machine.Next(AliasEvent{}),
		})
	}
	return s
}

func (s *aliasSimulation) clone() *aliasSimulation {
	copied := *s
	copied.gone, copied.late = slices.Clone(s.gone), slices.Clone(s.late)
	copied.actors = slices.Clone(s.actors)
	for index := range copied.actors {
		copied.actors[index].machine = s.actors[index].machine.Clone()
	}
	return &copied
}

func (s *aliasSimulation) key() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d %v %s %v %d %v", s.at, s.gone, s.setBy, s.late, s.faults, s.outsider)
	for _, a := range s.actors {
		machine := *a.machine
		machine.waits = 0 // It says only how long to wait.
		a.machine, a.action.Count = nil, 0
		fmt.Fprintf(&text, "|%+v %+v", machine, a)
	}
	return text.String()
}

// words returns all steps that can come next.
func (s *aliasSimulation) words() []string {
	var words []string
	for index, a := range s.actors {
		if a.done {
			continue
		}
		steps := []string{}
		switch {
		case a.under:
			steps = append(steps, "commit")
			if s.faults > 0 {
				steps = append(steps, "commit-503", "commit-400", "commit-unanswered")
			}
		case a.action.Do == AliasLook, a.action.Do == AliasVersion:
			steps = append(steps, "look")
			if s.faults > 0 {
				steps = append(steps, "look-fails")
			}
		case a.action.Do == AliasSet:
			steps = append(steps, "send")
			if s.faults > 0 {
				steps = append(steps, "send-403", "send-503", "send-lost")
			}
		case !slices.Contains(s.late, index) || !a.waited:
			steps = append(steps, "wait")
		}
		if s.faults > 0 && !a.over {
			steps = append(steps, "time-is-up")
		}
		for _, step := range steps {
			words = append(words, a.name+" "+step)
		}
	}
	for index, of := range s.late {
		words = append(words, fmt.Sprintf("late-%d commit %s", index, s.actors[of].name), fmt.Sprintf("late-%d drop", index))
	}
	for _, move := range s.outsider {
		words = append(words, "outsider "+move)
	}
	return words
}

// do makes one step, and returns what is wrong with it.
func (s *aliasSimulation) do(word string) error {
	who, what, _ := strings.Cut(word, " ")
	switch {
	case who == "outsider":
		return s.interfere(what)
	case strings.HasPrefix(who, "late-"):
		var index int
		fmt.Sscanf(who, "late-%d", &index)
		of := s.late[index]
		s.late = slices.Delete(s.late, index, index+1)
		if strings.HasPrefix(what, "commit") {
			return s.commit(of)
		}
		return nil
	}
	index := int(who[0] - 'A')
	a := &s.actors[index]
	step, fault, _ := strings.Cut(what, "-")
	if fault != "" {
		s.faults--
	}
	switch step {
	case "time":
		a.over = true
		return nil
	case "look":
		return s.look(index, fault != "")
	case "wait":
		a.waited, a.fresh = true, false
		return s.next(index, AliasEvent{})
	case "send":
		return s.send(index, fault)
	}
	a.under = false
	if slices.Contains(s.gone, a.goal.Version) {
		return s.next(index, AliasEvent{Err: &registry.Error{Kind: registry.ErrNotFound, Message: "not found"}})
	}
	if err := s.commit(index); err != nil {
		return err
	}
	return s.next(index, AliasEvent{Err: map[string]error{
		"": nil, "503": answer503(), "400": answer400("no"), "unanswered": lost(),
	}[fault]})
}

// interfere is what somebody does who is no client of the provider.
func (s *aliasSimulation) interfere(what string) error {
	s.outsider = nil
	var number registry.Number
	switch {
	case what == "removes":
		s.at = 0
	case strings.HasPrefix(what, "deletes"):
		fmt.Sscanf(what, "deletes %d", &number)
		s.gone = append(s.gone, number)
		if s.at == number {
			s.at = 0 // As MLflow from 3.17 on does.
		}
	default:
		fmt.Sscanf(what, "sets %d", &number)
		s.at, s.setBy = number, "outsider"
	}
	return nil
}

// look reads what the machine asks for.
func (s *aliasSimulation) look(index int, fails bool) error {
	a := &s.actors[index]
	switch {
	case fails:
		a.blind = true
		return s.next(index, AliasEvent{Err: answer503()})
	case a.action.Do == AliasVersion && slices.Contains(s.gone, a.action.Version):
		return s.next(index, AliasEvent{Err: &registry.Error{Kind: registry.ErrNotFound, Message: "not found"}})
	case a.action.Do == AliasVersion:
		return s.next(index, AliasEvent{Looked: true, Version: registry.Version{
			Number: a.action.Version, Status: registry.StatusReady, Tags: a.goal.RequireTags,
		}})
	}
	a.saw, a.fresh = s.at, true
	if a.replaced != 0 || slices.Contains(s.late, index) {
		a.sawIt = a.sawIt || s.at != 0 && s.at != a.goal.From && s.at != a.goal.Version
	}
	aliases := map[string]registry.Number{}
	if s.at != 0 {
		aliases[a.goal.Alias] = s.at
	}
	return s.next(index, AliasEvent{Looked: true, Aliases: aliases, Ready: map[registry.Number]bool{a.goal.Version: !a.goal.Held || a.goal.From != 0}})
}

// send begins a request, or makes it fail before the server does it.
func (s *aliasSimulation) send(index int, fault string) error {
	a := &s.actors[index]
	if a.saw != a.goal.From && a.saw != 0 && !slices.Contains(s.gone, a.saw) {
		return fmt.Errorf("%s sends, and its last look showed the alias at %s, which the plan does not name", a.name, a.saw)
	}
	if !a.fresh {
		return fmt.Errorf("%s sends, and has waited since its last look", a.name)
	}
	a.waited, a.blind = false, false
	switch fault {
	case "":
		a.under = true
		return nil
	case "lost":
		s.late = append(s.late, index)
		return s.next(index, AliasEvent{Err: lost()})
	case "403":
		return s.next(index, AliasEvent{Err: refused()})
	}
	return s.next(index, AliasEvent{Err: answer503()})
}

// commit is the server's step.
func (s *aliasSimulation) commit(index int) error {
	a := &s.actors[index]
	if slices.Contains(s.gone, a.goal.Version) {
		return nil
	}
	if _, told := errors.AsType[*AliasMovedError](a.err); a.done && told {
		return fmt.Errorf("%s was told that the alias was left as it is, and it was moved afterwards", a.name)
	}
	if _, told := errors.AsType[*AliasDisplacedError](a.err); a.done && told && s.at != a.goal.Version {
		return fmt.Errorf("%s was told that somebody else has moved the alias, and its own request moved it afterwards", a.name)
	}
	if s.at != 0 && s.at != a.goal.From && s.at != a.goal.Version {
		a.replaced = s.at
	}
	s.at, s.setBy, a.wrote = a.goal.Version, a.name, true
	return nil
}

// next gives an event to a client's machine, and checks the end of it.
func (s *aliasSimulation) next(index int, event AliasEvent) error {
	a := &s.actors[index]
	event.Over, event.NoLonger = a.over, !slices.Contains(s.late, index)
	a.action = a.machine.Next(event)
	if a.action.Do != AliasFinish {
		return nil
	}
	a.done, a.outcome, a.err = true, a.action.Outcome, a.action.Err
	_, moved := errors.AsType[*AliasMovedError](a.err)
	_, taken := errors.AsType[*AliasTakenError](a.err)
	_, displaced := errors.AsType[*AliasDisplacedError](a.err)
	switch {
	case a.err == nil && a.outcome.Unread == nil && a.saw != a.goal.Version:
		return fmt.Errorf("%s ended well, and its last look showed the alias at %s", a.name, a.saw)
	case a.err == nil && a.outcome.Unread != nil && !a.wrote:
		return fmt.Errorf("%s ended well without having moved the alias", a.name)
	case moved && !a.goal.Held && a.goal.From == 0:
		return fmt.Errorf("%s says that the alias was moved, and no plan has seen it", a.name)
	case (moved || taken) && a.wrote && s.setBy == a.name:
		return fmt.Errorf("%s says that the alias was left as it is, and has moved it", a.name)
	case displaced && a.saw == a.goal.Version:
		return fmt.Errorf("%s says that it was displaced, and its last look shows the alias where it is to be", a.name)
	case a.err != nil && s.setBy == a.name && a.wrote && s.at == a.goal.Version && !a.blind && !a.over:
		return fmt.Errorf("%s says %w, and has moved the alias, as a look would show", a.name, a.err)
	case a.err != nil && slices.Contains(s.late, index) && !a.blind && !a.over:
		return fmt.Errorf("%s ends while its request may take effect yet", a.name)
	case a.err == nil && a.outcome.Overtaken == 0 && a.replaced != 0 && a.sawIt:
		return fmt.Errorf("%s has replaced version %s, had seen it, and does not say so", a.name, a.replaced)
	}
	return nil
}

// atRest says what is wrong once nobody acts any more.
func (s *aliasSimulation) atRest(removed bool) error {
	for _, a := range s.actors {
		if !a.done {
			return fmt.Errorf("%s is stuck", a.name)
		}
		if a.err == nil && s.at != a.goal.Version && s.setBy == a.name && !removed {
			return fmt.Errorf("%s ended well, nobody came after it, and the alias is at %s", a.name, s.at)
		}
	}
	if s.at == 0 && !removed && slices.ContainsFunc(s.actors, func(a aliasActor) bool { return a.wrote }) {
		return fmt.Errorf("there is no alias, and nobody has removed it")
	}
	return nil
}

// aliasExplorer walks through every interleaving once.
type aliasExplorer struct {
	t     *testing.T
	paths map[[sha256.Size]byte]float64
	path  []string
}

func (e *aliasExplorer) walk(s *aliasSimulation) float64 {
	key := sha256.Sum256([]byte(s.key()))
	if paths, seen := e.paths[key]; seen {
		if paths < 0 {
			e.t.Fatalf("a client never ends\n%s", strings.Join(e.path, "\n"))
		}
		return paths
	}
	e.paths[key] = -1
	words := s.words()
	var paths float64
	for _, word := range words {
		after := s.clone()
		e.path = append(e.path, word)
		if err := after.do(word); err != nil {
			e.t.Fatalf("%v\n%s", err, strings.Join(e.path, "\n"))
		}
		paths += e.walk(after)
		e.path = e.path[:len(e.path)-1]
	}
	if !slices.ContainsFunc(words, func(word string) bool { return !strings.HasPrefix(word, "outsider") }) {
		removed := slices.ContainsFunc(e.path, func(word string) bool {
			return strings.HasPrefix(word, "outsider removes") || strings.HasPrefix(word, "outsider deletes")
		})
		if err := s.atRest(removed); err != nil {
			e.t.Fatalf("%v\n%s", err, strings.Join(e.path, "\n"))
		}
		paths++
	}
	e.paths[key] = paths
	return paths
}

// TestEveryInterleavingOfAnAlias enumerates every order in which two clients, an outsider, the server and its faults can act on
// one alias.
func TestEveryInterleavingOfAnAlias(t *testing.T) {
	held := func(from, to registry.Number) AliasGoal { return AliasGoal{From: from, Version: to, Held: true} }
	fresh := func(from, to registry.Number) AliasGoal { return AliasGoal{From: from, Version: to} }
	judged := func(goal AliasGoal) AliasGoal { goal.RequireTags = map[string]string{"verdict": "passed"}; return goal }
	states, ways := 0, 0.0
	for name, scene := range map[string]struct {
		at       registry.Number
		goals    []AliasGoal
		outsider []string
		faults   int
	}{
		"one client alone":              {1, []AliasGoal{held(1, 2)}, nil, 3},
		"one client and an outsider":    {1, []AliasGoal{held(1, 2)}, []string{"sets 2", "sets 3", "sets 1", "removes", "deletes 1", "deletes 2"}, 3},
		"a client that changes nothing": {1, []AliasGoal{held(1, 1)}, []string{"sets 3", "removes"}, 2},
		"two move it apart":             {1, []AliasGoal{held(1, 2), held(1, 3)}, nil, 2},
		"two move it alike":             {1, []AliasGoal{held(1, 2), held(1, 2)}, nil, 2},
		"two and an outsider":           {1, []AliasGoal{held(1, 2), held(1, 3)}, []string{"sets 4", "sets 1", "removes", "deletes 1"}, 2},
		"one after the other":           {1, []AliasGoal{held(1, 2), held(2, 3)}, []string{"sets 1", "sets 4"}, 2},
		"there and back":                {1, []AliasGoal{held(1, 2), held(2, 1)}, nil, 2},
		"two create it":                 {0, []AliasGoal{fresh(0, 2), fresh(0, 3)}, []string{"sets 4", "removes"}, 2},
		"one takes it over":             {1, []AliasGoal{fresh(1, 2), held(1, 3)}, []string{"removes"}, 2},
		"one that led nowhere":          {0, []AliasGoal{held(0, 2), held(0, 3)}, []string{"sets 4"}, 2},
		"with a gate":                   {1, []AliasGoal{judged(held(1, 2)), held(1, 3)}, []string{"deletes 2", "sets 4"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			faults := scene.faults
			if len(scene.goals) > 1 && !*exploreAll {
				faults--
			}
			e := &aliasExplorer{t: t, paths: make(map[[sha256.Size]byte]float64)}
			begun := time.Now()
			found := e.walk(newAliasSimulation(scene.at, faults, scene.outsider, scene.goals...))
			t.Logf("%d states, %.3g interleavings, %s", len(e.paths), found, time.Since(begun).Round(time.Millisecond))
			states, ways = states+len(e.paths), ways+found
		})
	}
	t.Logf("in all %d states, %.3g interleavings", states, ways)
}

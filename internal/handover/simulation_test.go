package handover

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// simulation is a registry with one model and the clients that use it, as one value: every step that anything can make is a
// word, and doing the word gives the next value. Scripts in testdata are such words; the explorer tries all of them.
//
// The server is a model, because no real one can be stopped between two steps of a request. It behaves as MLflow 3.17 was
// measured to behave: archive_existing_versions looks for the holders and archives them later (scan, commit), so that two
// requests can both win; a request whose answer was lost may be done at once, seconds later, or never.
type simulation struct {
	versions []registry.Version
	clock    int
	actors   []*actor
	// late are requests whose answers were lost, which the server may still do.
	late []lateTask
	// faults is how many faults may still happen; outsider are the moves of which one may still happen.
	faults   int
	outsider []registry.Transition
	// held says that the stage had a holder at first, wrote that a client's request has changed something.
	held, wrote bool
	// first is how many held it at first.
	first int
	// moved is the outsider's move once it was made.
	moved *registry.Transition
	log   []string
}

// actor is one client and where it is in its protocol.
type actor struct {
	name    string
	goal    Goal
	machine *Machine
	action  Action
	// scanned are the holders that the server found for the request under way; nil before it looked.
	scanned []registry.Number
	under   bool // a request is under way
	fails   string
	waited  bool // a wait is over, although a late commit may still come
	over    bool // the caller's time is up
	done    bool
	outcome Outcome
	err     error
	// seen are the holders at its last look before it sent; fresh says that its last look came after the outsider's move.
	seen  []registry.Number
	fresh bool
	// cut is set once its time is up while the server may still do what it has lost the answer to.
	cut bool
	// wrong are versions that its requests archived although no plan names them and it had seen them in the stage.
	wrong []registry.Number
	// stolen are versions that its requests archived although its plan does not name them.
	stolen []registry.Number
	// stolenAt is when each of them was archived.
	stolenAt []int
}

// lateTask is a request that the server may still do.
type lateTask struct {
	of         int
	transition registry.Transition
	scanned    []registry.Number
	looked     bool
	// seen are the holders that the client had seen when it sent the request.
	seen []registry.Number
}

func newSimulation(stages []registry.Stage, faults int, outsider []registry.Transition, actors ...*actor) *simulation {
	s := &simulation{clock: 1, faults: faults, outsider: outsider, actors: actors}
	for index, stage := range stages {
		s.versions = append(s.versions, registry.Version{
			Model: testModel, Number: registry.Number(index + 1), Stage: stage, Status: registry.StatusReady, UpdatedAt: time.UnixMilli(1),
		})
	}
	for _, a := range s.actors {
		a.action = a.machine.Next(Event{})
	}
	s.first = len(registry.Holders(s.versions, s.actors[0].goal.Stage))
	s.held = s.first > 0
	return s
}

func newActor(name string, goal Goal, way Way) *actor {
	return &actor{name: name, goal: goal, machine: NewMachine(goal, way, 3)}
}

func (s *simulation) clone() *simulation {
	copied := *s
	copied.versions = slices.Clone(s.versions)
	copied.log = nil
	copied.late = slices.Clone(s.late)
	copied.actors = make([]*actor, len(s.actors))
	for index, a := range s.actors {
		twin := *a
		twin.machine = a.machine.Clone()
		twin.stolen, twin.stolenAt, twin.wrong = slices.Clone(a.stolen), slices.Clone(a.stolenAt), slices.Clone(a.wrong)
		copied.actors[index] = &twin
	}
	return &copied
}

// words returns all steps that can come next.
func (s *simulation) words() []string {
	var words []string
	for index, a := range s.actors {
		if a.done {
			continue
		}
		add := func(steps ...string) {
			for _, step := range steps {
				words = append(words, a.name+" "+step)
			}
		}
		switch {
		case a.under && a.action.Transition.ArchiveExisting && a.scanned == nil:
			add("scan")
		case a.under:
			add("commit")
		case a.action.Do == DoLook:
			add("look")
			if s.faults > 0 {
				add("look-fails")
			}
		case a.action.Do == DoSend:
			add("send")
			if s.faults > 0 {
				add("send-refused", "send-503-before", "send-503-after", "send-lost")
			}
		case a.action.Do == DoWait && (!s.hasLate(index) || !a.waited):
			add("wait")
		}
		if s.faults > 0 && !a.over {
			add("time-is-up")
		}
	}
	for index, task := range s.late {
		if task.transition.ArchiveExisting && !task.looked {
			words = append(words, fmt.Sprintf("late-%d scan", index))
		} else {
			words = append(words, fmt.Sprintf("late-%d commit", index))
		}
		words = append(words, fmt.Sprintf("late-%d drop", index))
	}
	if s.moved == nil {
		for _, move := range s.outsider {
			words = append(words, "outsider "+transitionText(move))
		}
	}
	return words
}

func (s *simulation) hasLate(of int) bool {
	return slices.ContainsFunc(s.late, func(task lateTask) bool { return task.of == of })
}

func transitionText(t registry.Transition) string {
	text := fmt.Sprintf("%s->%s", t.Number, t.Stage)
	if t.ArchiveExisting {
		text += "!"
	}
	return text
}

func parseTransition(text string) (registry.Transition, error) {
	number, stage, found := strings.Cut(strings.TrimSuffix(text, "!"), "->")
	parsed, err := registry.ParseNumber(number)
	known, stageErr := registry.ParseStage(stage)
	if !found || err != nil || stageErr != nil {
		return registry.Transition{}, fmt.Errorf("%q is no transition, as 2->Production! is", text)
	}
	return registry.Transition{Model: testModel, Number: parsed, Stage: known, ArchiveExisting: strings.HasSuffix(text, "!")}, nil
}

func (s *simulation) say(format string, arguments ...any) {
	s.log = append(s.log, fmt.Sprintf(format, arguments...))
}

// do makes one step.
func (s *simulation) do(word string) error {
	who, what, _ := strings.Cut(word, " ")
	if who == "outsider" {
		move, err := parseTransition(what)
		if err != nil {
			return err
		}
		s.moved = &move
		for _, a := range s.actors {
			a.fresh = false
		}
		s.commit(move, s.holders(move))
		s.say("outsider moves %s", transitionText(move))
		return nil
	}
	if rest, ok := strings.CutPrefix(who, "late-"); ok {
		index, err := strconv.Atoi(rest)
		if err != nil || index >= len(s.late) {
			return fmt.Errorf("there is no late request %q", rest)
		}
		return s.doLate(index, what)
	}
	for index, a := range s.actors {
		if a.name == who && !a.done {
			return s.doActor(index, a, what)
		}
	}
	return fmt.Errorf("nobody is called %q, or has ended", who)
}

func (s *simulation) doLate(index int, what string) error {
	task := &s.late[index]
	switch what {
	case "scan":
		task.scanned, task.looked = s.holders(task.transition), true
		return nil
	case "commit":
		_ = s.take(s.actors[task.of], task.transition, task.scanned, task.seen) // Nobody is told.
		s.say("the server does %s of %s late", transitionText(task.transition), s.actors[task.of].name)
	case "drop":
		s.say("the server never does %s of %s", transitionText(task.transition), s.actors[task.of].name)
	default:
		return fmt.Errorf("a late request can scan, commit or drop, not %q", what)
	}
	s.late = slices.Delete(slices.Clone(s.late), index, index+1)
	return nil
}

func (s *simulation) doActor(index int, a *actor, what string) error {
	noLonger := !s.hasLate(index)
	fault := func() { s.faults-- }
	switch what {
	case "look":
		a.seen = registry.Holders(s.versions, a.goal.Stage)
		a.fresh = true
		if a.machine.unknown && s.versions[a.machine.sent.Number-1].Stage != a.machine.sent.Stage {
			// The answer was lost, and the version is not where it was sent: if it was there meanwhile, no client can tell what
			// went with it.
			a.stolen, a.stolenAt = nil, nil
		}
		s.next(a, Event{Looked: true, Versions: slices.Clone(s.versions), NoLonger: noLonger})
	case "look-fails":
		fault()
		s.next(a, Event{Err: &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Message: "no"}, NoLonger: noLonger})
	case "wait":
		a.waited = s.hasLate(index)
		s.next(a, Event{NoLonger: noLonger})
	case "time-is-up":
		fault()
		a.over, a.cut = true, s.hasLate(index)
	case "send":
		a.under, a.scanned = true, nil
	case "scan":
		a.scanned = append([]registry.Number{}, s.holders(a.action.Transition)...)
	case "commit":
		err := s.take(a, a.action.Transition, a.scanned, a.seen)
		if err == nil && a.fails != "" {
			err = &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Message: a.fails, Unknown: true}
		}
		a.under, a.scanned, a.fails = false, nil, ""
		s.next(a, Event{Err: err, Moved: time.UnixMilli(int64(s.clock))})
	case "send-refused":
		fault()
		s.next(a, Event{Err: refused()})
	case "send-503-before":
		fault()
		s.next(a, Event{Err: &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Message: "busy", Unknown: true}})
	case "send-503-after":
		fault()
		a.under, a.scanned, a.fails = true, nil, "busy"
	case "send-lost":
		fault()
		s.late = append(slices.Clone(s.late), lateTask{of: index, transition: a.action.Transition, seen: a.seen})
		a.waited, a.cut = false, a.cut || a.over
		s.next(a, Event{Err: lost()})
	default:
		return fmt.Errorf("%s cannot %q now", a.name, what)
	}
	return nil
}

// holders returns the versions that a transition would archive now.
func (s *simulation) holders(t registry.Transition) []registry.Number {
	if !t.ArchiveExisting {
		return nil
	}
	return Observe(s.versions).Others(t.Stage, t.Number)
}

// take commits a request of a client, and notes what it archives that the client's plan does not name.
func (s *simulation) take(a *actor, t registry.Transition, scanned, seen []registry.Number) error {
	archived := scanned
	if t.Stage == registry.StageArchived && t.Number != a.goal.Version {
		archived = []registry.Number{t.Number}
	}
	for _, number := range archived {
		held := s.versions[number-1].Stage == a.goal.Stage
		if held && a.goal.Exclusive() && !slices.Contains(a.goal.Reviewed, number) && !slices.Contains(a.stolen, number) {
			a.stolen, a.stolenAt = append(a.stolen, number), append(a.stolenAt, s.clock+1)
			if t.ArchiveExisting && !a.machine.promoted && slices.Contains(seen, number) {
				a.wrong = append(a.wrong, number)
			}
		}
	}
	s.wrote = true
	return s.commit(t, scanned)
}

// commit does a transition in one transaction, for the holders that were found before it.
func (s *simulation) commit(t registry.Transition, scanned []registry.Number) error {
	if int(t.Number) > len(s.versions) || s.versions[t.Number-1].Status == "" {
		return &registry.Error{Kind: registry.ErrNotFound, Status: 404, Message: "no such version"}
	}
	s.clock++
	for _, number := range scanned {
		s.set(number, registry.StageArchived)
	}
	s.set(t.Number, t.Stage)
	return nil
}

func (s *simulation) set(number registry.Number, stage registry.Stage) {
	s.versions[number-1].Stage, s.versions[number-1].UpdatedAt = stage, time.UnixMilli(int64(s.clock))
}

// next hands an event to a client's machine.
func (s *simulation) next(a *actor, event Event) {
	event.Over = a.over
	a.action = a.machine.Next(event)
	if a.action.Do == DoFinish {
		a.done, a.outcome, a.err = true, a.action.Outcome, a.action.Err
	}
}

// atRest reports whether nothing can happen any more.
func (s *simulation) atRest() bool {
	return len(s.late) == 0 && !slices.ContainsFunc(s.actors, func(a *actor) bool { return !a.done })
}

// key is equal for two simulations that go on alike. Times count by their order only.
func (s *simulation) key() string {
	var times []int64
	each := func(versions []registry.Version) {
		for _, version := range versions {
			times = append(times, version.UpdatedAt.UnixMilli())
		}
	}
	each(s.versions)
	for _, a := range s.actors {
		each(a.machine.before)
		each(a.machine.planned)
		each(a.machine.latest)
		for index := range a.stolen {
			times = append(times, int64(a.stolenAt[index]))
		}
		for _, at := range a.machine.promotedAt {
			times = append(times, at.UnixMilli())
		}
	}
	slices.Sort(times)
	times = slices.Compact(times)
	var text bytes.Buffer
	write := func(versions []registry.Version) {
		for _, version := range versions {
			rank := sort.Search(len(times), func(i int) bool { return times[i] >= version.UpdatedAt.UnixMilli() })
			fmt.Fprintf(&text, "%c%d", cmp.Or(string(version.Stage), "-")[0], rank)
		}
		text.WriteByte(';')
	}
	write(s.versions)
	fmt.Fprintf(&text, "%d%t%t", s.faults, s.moved != nil, s.wrote)
	for _, task := range s.late {
		fmt.Fprintf(&text, "L%d%v%v%t%v", task.of, task.transition, task.scanned, task.looked, task.seen)
	}
	for _, a := range s.actors {
		rank := func(at int64) int { return sort.Search(len(times), func(i int) bool { return times[i] >= at }) }
		for _, at := range a.machine.promotedAt {
			fmt.Fprintf(&text, "p%d", rank(at.UnixMilli()))
		}
		for _, at := range a.stolenAt {
			fmt.Fprintf(&text, "s%d", rank(int64(at)))
		}
		fmt.Fprintf(&text, "|%d%t%t%v%s%t%t%t%t%t%v%v", a.action.Do, a.under, a.scanned != nil, a.scanned, a.fails, a.waited, a.over, a.cut, a.done,
			a.fresh, a.seen, a.stolen)
		if a.done {
			fmt.Fprintf(&text, "%T%v%v", a.err, a.err, a.outcome.Overtaken)
			continue
		}
		m := a.machine
		write(m.before)
		write(m.planned)
		write(m.latest)
		fmt.Fprintf(&text, "%d%d%s%v%v%t%t%t%t%t%t%v%v", m.phase, m.subject, m.way, m.sent, m.steps, m.unknown, m.late, m.dangling, m.touched, m.promoted,
			m.flagIgnored, m.cause != nil, m.failure != nil)
		fmt.Fprintf(&text, "%d.%d.%d.%d%v", m.tries, m.rounds, min(m.waits, 2), m.looks, m.archived)
	}
	return text.String()
}

// violation returns what is wrong now, or nil.
func (s *simulation) violation() error {
	lone := len(s.actors) == 1 && s.moved == nil && s.first < 2 && s.actors[0].goal.Exclusive() && !s.actors[0].cut
	if holders := registry.Holders(s.versions, s.actors[0].goal.Stage); lone && len(holders) > 1 {
		return fmt.Errorf("G1: a lone writer let %v hold the stage", holders)
	}
	for _, a := range s.actors {
		for index, number := range a.stolen {
			if err := s.unreviewed(a, number, a.stolenAt[index]); err != nil {
				return err
			}
		}
	}
	if s.atRest() {
		return s.settledWrongly()
	}
	return nil
}

// unreviewed checks a version that a client archived although its plan does not name it: it must have come to hold the stage
// after the client's last look, and the client must name it in the end.
func (s *simulation) unreviewed(a *actor, number registry.Number, at int) error {
	if slices.Contains(a.wrong, number) {
		return fmt.Errorf("G3: %s archived version %s, which no plan names and which it had seen in the stage", a.name, number)
	}
	if !a.done {
		return nil
	}
	if seen, _ := registry.FindVersion(a.machine.latest, number); seen.UpdatedAt.UnixMilli() != int64(at) {
		return nil // Somebody has moved it on since, or its request came later than any look: it was cut off.
	}
	named := slices.Contains(a.outcome.Overtaken, number)
	var displaced *DisplacedError
	var failed *FailedError
	var unsettled *UnsettledError
	switch {
	case errors.As(a.err, &failed):
		named = slices.Contains(failed.Archived, number) || failed.MayBeLate
	case errors.As(a.err, &unsettled):
		named = slices.Contains(unsettled.Archived, number) || unsettled.MayBeLate
	case errors.As(a.err, &displaced):
		named = slices.Contains(displaced.Archived, number)
	}
	if !named && a.outcome.Unread == nil {
		return fmt.Errorf("G3: %s archived version %s, which no plan names, without a word: %w", a.name, number, a.err)
	}
	return nil
}

// settledWrongly checks that a stage which had a holder has exactly one at rest.
func (s *simulation) settledWrongly() error {
	stage := s.actors[0].goal.Stage
	holders := registry.Holders(s.versions, stage)
	disturbed := false
	for _, a := range s.actors {
		var failed *FailedError
		var unsettled *UnsettledError
		saidSo := errors.As(a.err, &failed) && (failed.GiveBackErr != nil || failed.MayBeLate) || errors.As(a.err, &unsettled) || a.outcome.Unread != nil
		if !a.goal.Exclusive() || a.goal.Stage != stage || saidSo || a.cut {
			return nil // This goal empties the stage, or the client has said that it could not find out.
		}
		disturbed = disturbed || s.moved != nil && (!a.fresh || a.err != nil)
	}
	if disturbed { // The outsider moved after a client's last look, or a client refused because of the move.
		return nil
	}
	if s.wrote && len(holders) != 1 && (s.held || len(holders) > 1) {
		return fmt.Errorf("G5: at rest the stage is held by %v", holders)
	}
	return nil
}

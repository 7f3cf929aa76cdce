package handover

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// registerSimulation is a registry with one model, and runs that register versions of the same origin at once, as one value.
// The server is a model for the same reason as in simulation. One unit of its time is a second.
type registerSimulation struct {
	versions []registry.Version
	now      int64
	// passes is how often time may still pass, enough for a lease to run out; faults is how many may still happen.
	passes, faults int
	runs           []*registerRun
	// late are runs whose creation the server may still do.
	late []int
	// refuses says that the registry refuses UnfinishedTag.
	refuses bool
	// changes counts what was changed, so that a run which waits does so only once for each change.
	changes int
	log     []string
}

// registerRun is one run and where it is.
type registerRun struct {
	name    string
	machine *registrar
	action  registrarAction
	// waitedAt is the count of changes when it last looked.
	waitedAt int
	until    int64
	ended    string // "", "owns", "failed", "killed"
	// holds is the version that its machine has brought it; 0 before.
	holds  registry.Number
	err    error
	source string
	// renewed says that it has renewed its lease, which it does once here.
	renewed bool
}

// sourceOfAll is what the runs of the explorer register from.
const sourceOfAll = "s3://m/new"

func newRegisterSimulation(faults, passes int, left bool, takes ...registry.Number) *registerSimulation {
	s := &registerSimulation{now: 1000, faults: faults, passes: passes}
	if left {
		s.create(sourceOfAll, lease{run: "killed"}.String())
	}
	for index, take := range takes {
		s.add(string(rune('A'+index)), sourceOfAll, take)
	}
	return s
}

// add adds a run that registers from a source, or takes a version over.
func (s *registerSimulation) add(name, source string, take registry.Number) {
	run := &registerRun{name: name, source: source, waitedAt: -1}
	s.start(run, take)
	run.action = run.machine.next(registrarEvent{now: s.time()})
	s.runs = append(s.runs, run)
}

// start gives a run a machine.
func (s *registerSimulation) start(run *registerRun, take registry.Number) {
	wanted := Registering{NewVersion: registry.NewVersion{Model: testModel, Source: run.source}, Take: take, Goal: Goal{Model: testModel}}
	run.machine = newRegistrar(wanted, run.name, func(name string) bool { return name == run.name }, 2)
}

func (s *registerSimulation) time() time.Time { return time.Unix(s.now, 0) }

// create makes a version. An empty mark is none.
func (s *registerSimulation) create(source, mark string) registry.Version {
	s.changes++
	version := registry.Version{
		Model: testModel, Number: registry.Number(len(s.versions) + 1), Source: source, Stage: registry.StageNone,
		Status: registry.StatusReady, Tags: make(map[string]string),
	}
	if mark != "" {
		version.Tags[UnfinishedTag] = mark
	}
	s.versions = append(s.versions, version)
	return version
}

func (s *registerSimulation) clone() *registerSimulation {
	copied := *s
	copied.log = nil
	copied.versions, copied.late = slices.Clone(s.versions), slices.Clone(s.late)
	copied.runs = make([]*registerRun, len(s.runs))
	for index, run := range s.runs {
		twin := *run
		machine := *run.machine
		machine.awaited = maps.Clone(run.machine.awaited)
		twin.machine = &machine
		copied.runs[index] = &twin
	}
	return &copied
}

func (s *registerSimulation) words() []string {
	var words []string
	for index, run := range s.runs {
		if run.ended != "" {
			continue
		}
		add := func(step string) { words = append(words, run.name+" "+step) }
		switch {
		case run.holds != 0:
			add("finish")
			if s.now < run.until && !run.renewed && !s.refuses {
				add("renew")
			}
		case run.action.do == registrarLook:
			add("look")
		case run.action.do == registrarWait:
			if run.waitedAt != s.changes && (run.action.until.IsZero() && !slices.Contains(s.late, index) || !run.action.until.IsZero()) {
				add("wait")
			}
		default:
			add("send")
			if s.faults > 0 {
				add("send-lost")
			}
			if s.faults > 0 && run.action.do == registrarSendCreate {
				add("send-503-of-MLflow")
				if s.refuses && s.mark(run) != "" {
					add("send-refused-and-done")
				}
			}
		}
		if s.faults > 0 {
			add("is-killed")
		}
	}
	for index := range s.late {
		words = append(words, fmt.Sprintf("late-%d create", index), fmt.Sprintf("late-%d drop", index))
	}
	if s.passes > 0 {
		words = append(words, "time passes")
	}
	return words
}

func (s *registerSimulation) do(word string) {
	who, what, _ := strings.Cut(word, " ")
	if who == "time" {
		s.passes--
		s.changes++
		s.now += int64((leaseTime + leaseSlack) / time.Second)
		return
	}
	if strings.HasPrefix(who, "late-") {
		index := int(who[5] - '0')
		if run := s.runs[s.late[index]]; what == "create" && (!s.refuses || s.mark(run) == "") {
			s.create(run.source, s.mark(run))
		}
		s.changes++
		s.late = slices.Delete(slices.Clone(s.late), index, index+1)
		return
	}
	index := slices.IndexFunc(s.runs, func(run *registerRun) bool { return run.name == who })
	s.step(index, s.runs[index], what)
}

func (s *registerSimulation) step(index int, run *registerRun, what string) {
	event := registrarEvent{now: s.time()}
	event.NoLonger = !slices.Contains(s.late, index)
	switch what {
	case "look":
		run.waitedAt = s.changes
		event.Looked, event.Versions = true, slices.Clone(s.versions)
	case "wait":
		run.waitedAt = s.changes
	case "is-killed":
		s.faults--
		run.ended = "killed"
		return
	case "renew":
		run.until = s.now + int64(leaseTime/time.Second)
		s.tag(run.holds, UnfinishedTag, lease{run: run.name, until: time.Unix(run.until, 0)}.String())
		run.renewed = true
		return
	case "finish":
		s.finish(run)
		return
	case "send-503-of-MLflow":
		s.faults--
		event.Err = &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Code: "TEMPORARILY_UNAVAILABLE", Message: "deadlock", Unknown: true}
	case "send-refused-and-done": // The version is made, and then its tag is refused.
		s.faults--
		s.create(run.source, "")
		event.Err = noSuchKey()
	case "send", "send-lost":
		event.version, event.Err = s.send(index, run, what == "send-lost")
	}
	s.next(run, event)
}

// send does what a run sends. A tag whose answer is lost is set; a creation whose answer is lost may come later, or never.
func (s *registerSimulation) send(index int, run *registerRun, isLost bool) (registry.Version, error) {
	var err error
	if isLost {
		s.faults--
		err = lost()
	}
	switch run.action.do {
	case registrarSendCreate:
		run.until = s.now + int64(leaseTime/time.Second)
		switch {
		case isLost:
			s.late = append(slices.Clone(s.late), index)
			return registry.Version{}, err
		case s.mark(run) != "" && s.refuses:
			return registry.Version{}, noSuchKey()
		}
		return s.create(run.source, s.mark(run)), nil
	case registrarSetTag:
		run.until = s.now + int64(leaseTime/time.Second)
		s.tag(run.action.number, run.action.key, lease{run: run.name, until: time.Unix(run.until, 0)}.String())
	case registrarDeleteTag:
		s.tag(run.action.number, run.action.key, "")
	}
	return registry.Version{}, err
}

// noSuchKey is the refusal of a registry with rules for keys that does not say which key it means.
func noSuchKey() error {
	return &registry.Error{Kind: registry.ErrInvalid, Status: 400, Code: "INVALID_PARAMETER_VALUE", Message: "a key holds a reserved character"}
}

// mark is the lease that the creation of a run has; empty if it is sent without, or if the registry would refuse it.
func (s *registerSimulation) mark(run *registerRun) string {
	if run.machine.unmarked != nil {
		return ""
	}
	return lease{run: run.name, until: time.Unix(run.until, 0)}.String()
}

func (s *registerSimulation) tag(number registry.Number, key, value string) {
	s.changes++
	tags := maps.Clone(s.versions[number-1].Tags)
	if tags[key] = value; value == "" {
		delete(tags, key)
	}
	s.versions[number-1].Tags = tags
}

func (s *registerSimulation) next(run *registerRun, event registrarEvent) {
	run.action = run.machine.next(event)
	if run.action.do != registrarFinish {
		return
	}
	if run.err = run.action.err; run.err != nil {
		run.ended = "failed"
		return
	}
	run.holds = run.action.version.Number
}

// finish is Registration.Finish: a lease that has run out is claimed anew before it is taken off.
func (s *registerSimulation) finish(run *registerRun) {
	if s.refuses {
		run.ended = "owns"
		return
	}
	if s.now < run.until {
		s.tag(run.holds, UnfinishedTag, "")
		run.ended = "owns"
		return
	}
	s.start(run, run.holds)
	run.holds = 0
	s.next(run, registrarEvent{now: s.time()})
}

func (s *registerSimulation) key() string {
	var text strings.Builder
	for _, version := range s.versions {
		for _, key := range slices.Sorted(maps.Keys(version.Tags)) {
			fmt.Fprintf(&text, "%s=%s,", key, version.Tags[key])
		}
		text.WriteByte(';')
	}
	fmt.Fprintf(&text, "%d.%d.%d%v", s.now, s.passes, s.faults, s.late)
	for _, run := range s.runs {
		m := run.machine
		fmt.Fprintf(&text, "|%d.%d.%d.%v.%s.%d.%v", run.action.do, run.action.number, run.until, run.waitedAt == s.changes, run.ended, run.holds, run.err)
		fmt.Fprintf(&text, "%t", run.renewed)
		if run.ended == "" {
			fmt.Fprintf(&text, "%d.%d.%v.%t.%t.%d.%s", m.phase, m.take, m.awaited, m.cause != nil, m.late, min(m.tries, 3), run.action.key)
			fmt.Fprintf(&text, "u%d.%d.%t", m.claimUntil.Unix(), m.newest, m.unmarked != nil)
		}
	}
	return text.String()
}

// violation returns what is wrong at rest, or at once.
func (s *registerSimulation) violation() error {
	owners := make(map[registry.Number]string)
	owned, allowed := 0, 0
	for _, run := range s.runs {
		var lostAnswer *LostError
		var expired *ExpiredError
		var appeared *AppearedError
		switch {
		case run.ended == "owns":
			if other, taken := owners[run.holds]; taken {
				return fmt.Errorf("G6: version %s is owned by %s and %s", run.holds, other, run.name)
			}
			owners[run.holds] = run.name
			owned++
		case run.ended == "killed", errors.As(run.err, &lostAnswer), errors.As(run.err, &expired), errors.As(run.err, &appeared):
			allowed++ // What it may have left behind is told, or found by the next plan.
		}
	}
	rest := len(s.late) == 0 && !slices.ContainsFunc(s.runs, func(run *registerRun) bool { return run.ended == "" })
	if !rest {
		return nil
	}
	for _, version := range s.versions {
		if _, marked := markOf(version); !marked && owners[version.Number] == "" {
			if allowed == 0 {
				return fmt.Errorf("G6: version %s is nobody's, and nothing says so", version.Number)
			}
		}
	}
	left := 0
	for _, version := range s.versions {
		if _, marked := markOf(version); marked {
			left++
		}
	}
	if len(s.versions) > owned+left+allowed {
		return fmt.Errorf("G6: %d versions for %d owners", len(s.versions), owned)
	}
	return nil
}

// TestEveryRegistration enumerates every order in which runs that register versions of the same origin, the server, lost
// answers, kills and time can act.
func TestEveryRegistration(t *testing.T) {
	for _, scene := range []struct {
		name           string
		left           bool
		takes          []registry.Number
		faults, passes int
		refuses        bool
	}{
		{"one run", false, []registry.Number{0}, 3, 2, false},
		{"two runs of one origin", false, []registry.Number{0, 0}, 1, 2, false},
		{"two runs take the same version over", true, []registry.Number{1, 1}, 1, 2, false},
		{"one takes over, one registers", true, []registry.Number{1, 0}, 1, 2, false},
		{"three runs take the same version over", true, []registry.Number{1, 1, 1}, 0, 1, false},
		{"one run whose lease is refused", false, []registry.Number{0}, 3, 2, true},
		{"two runs whose leases are refused", false, []registry.Number{0, 0}, 2, 1, true},
	} {
		t.Run(scene.name, func(t *testing.T) {
			seen := make(map[[sha256.Size]byte]float64)
			var path []string
			fail := func(s *registerSimulation, err error) {
				for _, run := range s.runs {
					t.Logf("%s: %q, holds %s, %v", run.name, run.ended, run.holds, run.err)
				}
				for _, version := range s.versions {
					t.Logf("version %s: %v", version.Number, version.Tags)
				}
				t.Fatalf("%v\n%s", err, strings.Join(path, "\n"))
			}
			var walk func(s *registerSimulation) float64
			walk = func(s *registerSimulation) float64 {
				key := sha256.Sum256([]byte(s.key()))
				if paths, known := seen[key]; known {
					if paths < 0 {
						fail(s, errors.New("a run never ends"))
					}
					return paths
				}
				if err := s.violation(); err != nil {
					fail(s, err)
				}
				seen[key] = -1
				words := s.words()
				paths := 0.0
				for _, word := range words {
					after := s.clone()
					after.do(word)
					path = append(path, word)
					paths += walk(after)
					path = path[:len(path)-1]
				}
				if len(words) == 0 {
					paths = 1
				}
				seen[key] = paths
				return paths
			}
			faults := scene.faults
			if *exploreAll {
				faults++
			}
			start := newRegisterSimulation(faults, scene.passes, scene.left, scene.takes...)
			start.refuses = scene.refuses
			ways := walk(start)
			t.Logf("%d states, %.3g interleavings", len(seen), ways)
		})
	}
}

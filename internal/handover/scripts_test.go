package handover

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// TestScripts runs the scripts of testdata: each is one race or fault, a line a step, with what comes of it below. A script
// begins with
//
//	begin 1=Production 2=Staging 3=Staging
//	A atomic 2->Production reviewed=1 from=Staging
//	B sequential 3->Production reviewed=1
//
// where the first line says where the versions are, and the others who wants what: leave=Production is a goal that is void
// unless the version is in that stage, shared one that lets others stay. The steps are those of the explorer (see
// simulation.words); "A runs" does steps of A without faults until it ends, "rest" those of everybody. go test -rewrite
// writes what comes of each script; review it as a diff.
//
// A script of registrations begins with
//
//	register
//	left s3://m/1
//	A s3://m/1
//	B s3://m/1 take=1
//
// where the first line is a version that a killed run left. Its steps are those of registerSimulation.words.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		var s *simulation
		var registrations *registerSimulation
		datadriven.RunTest(t, path, func(t *testing.T, data *datadriven.TestData) string {
			switch data.Cmd {
			case "begin":
				s = beginScript(t, data)
				return s.told()
			case "register":
				registrations = beginRegistrations(t, data)
				return registrations.told()
			case "registrations":
				for _, word := range strings.Split(data.Input, "\n") {
					registrations.script(t, data, strings.TrimSpace(word))
				}
				return registrations.told()
			case "steps":
				for _, word := range strings.Split(data.Input, "\n") {
					s.script(t, data, strings.TrimSpace(word))
				}
				return s.told()
			}
			t.Fatalf("%s: a script has begin and steps, not %s", data.Pos, data.Cmd)
			return ""
		})
	})
}

func beginScript(t *testing.T, data *datadriven.TestData) *simulation {
	t.Helper()
	var stages []registry.Stage
	for _, argument := range data.CmdArgs {
		stages = append(stages, registry.Stage(argument.Vals[0]))
	}
	var actors []*actor
	for _, line := range strings.Split(data.Input, "\n") {
		words := strings.Fields(line)
		transition, err := parseTransition(words[2])
		if err != nil {
			t.Fatalf("%s: %v", data.Pos, err)
		}
		goal := Goal{Model: testModel, Version: transition.Number, Stage: transition.Stage, ArchiveExisting: true}
		for _, word := range words[3:] {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "reviewed":
				for _, text := range strings.Split(value, ",") {
					number, err := registry.ParseNumber(text)
					if err != nil {
						t.Fatalf("%s: %v", data.Pos, err)
					}
					goal.Reviewed = append(goal.Reviewed, number)
				}
			case "from":
				goal.From = registry.Stage(value)
			case "leave":
				goal.OnlyFrom = registry.Stage(value)
			case "shared":
				goal.ArchiveExisting = false
			default:
				t.Fatalf("%s: unknown word %s", data.Pos, word)
			}
		}
		actors = append(actors, newActor(words[0], goal, Way(words[1])))
	}
	return newSimulation(stages, 100, nil, actors...)
}

func beginRegistrations(t *testing.T, data *datadriven.TestData) *registerSimulation {
	t.Helper()
	s := newRegisterSimulation(100, 100, false)
	for _, line := range strings.Split(data.Input, "\n") {
		words := strings.Fields(line)
		if words[0] == "left" {
			s.create(words[1], lease{run: "killed"}.String())
			continue
		}
		var take registry.Number
		if len(words) > 2 {
			var err error
			if take, err = registry.ParseNumber(strings.TrimPrefix(words[2], "take=")); err != nil {
				t.Fatalf("%s: %v", data.Pos, err)
			}
		}
		s.add(words[0], words[1], take)
	}
	return s
}

// script does one line of a script of registrations.
func (s *registerSimulation) script(t *testing.T, data *datadriven.TestData, word string) {
	t.Helper()
	who, what, _ := strings.Cut(word, " ")
	if what != "runs" {
		if !slices.Contains(s.words(), word) {
			t.Fatalf("%s: %q cannot come next, only %q", data.Pos, word, s.words())
		}
		s.do(word)
		s.log = append(s.log, word+s.after(who))
		return
	}
	for range 100 {
		next := slices.IndexFunc(s.words(), func(word string) bool {
			name, step, _ := strings.Cut(word, " ")
			return name == who && (step == "look" || step == "send" || step == "wait" || step == "finish")
		})
		if next < 0 {
			return
		}
		s.script(t, data, s.words()[next])
	}
}

// after says where a run is after a step.
func (s *registerSimulation) after(who string) string {
	for _, run := range s.runs {
		switch {
		case run.name != who:
		case run.ended == "failed":
			return fmt.Sprintf(": fails, %s", strings.TrimPrefix(fmt.Sprintf("%T: %v", run.err, run.err), "*handover."))
		case run.ended != "":
			return fmt.Sprintf(": %s version %s", run.ended, run.holds)
		case run.holds != 0:
			return fmt.Sprintf(": has version %s", run.holds)
		case run.action.do == registrarWait:
			return ": waits"
		case run.action.do == registrarSendCreate:
			return ": is to create"
		case run.action.do == registrarSetTag:
			return ": is to set " + strings.ReplaceAll(run.action.key, UnfinishedTag, "unfinished")
		case run.action.do == registrarDeleteTag:
			return ": is to remove " + strings.ReplaceAll(run.action.key, UnfinishedTag, "unfinished")
		}
	}
	return ""
}

// told returns what was said since, and checks what must hold at any time.
func (s *registerSimulation) told() string {
	lines := s.log
	s.log = nil
	if err := s.violation(); err != nil {
		lines = append(lines, "VIOLATED: "+err.Error())
	}
	for _, version := range s.versions {
		text := fmt.Sprintf("version %s from %s", version.Number, version.Source)
		for _, key := range slices.Sorted(maps.Keys(version.Tags)) {
			held, _ := parseLease(version.Tags[key])
			ends := "runs"
			if !held.runs(s.time()) {
				ends = "is over"
			}
			text += fmt.Sprintf(", %s: lease of %s %s", strings.ReplaceAll(key, UnfinishedTag, "unfinished"), held.run, ends)
		}
		lines = append(lines, text)
	}
	if len(lines) == 0 {
		return "ready\n"
	}
	return strings.Join(lines, "\n") + "\n"
}

// script does one line of a script.
func (s *simulation) script(t *testing.T, data *datadriven.TestData, word string) {
	t.Helper()
	who, what, _ := strings.Cut(word, " ")
	if what != "runs" && word != "rest" {
		if err := s.do(word); err != nil {
			t.Fatalf("%s: %q: %v", data.Pos, word, err)
		}
		s.narrate(who, what)
		return
	}
	for range 200 {
		next := s.faultless(who, word == "rest")
		if next == "" {
			return
		}
		s.script(t, data, next)
	}
	t.Fatalf("%s: %q never ends", data.Pos, word)
}

// faultless returns the next step of a client, or of anybody, that is no fault; "" for none.
func (s *simulation) faultless(who string, anybody bool) string {
	for _, word := range s.words() {
		name, what, _ := strings.Cut(word, " ")
		fault := what == "look-fails" || what == "time-is-up" || strings.HasPrefix(what, "send-") || strings.HasPrefix(name, "late-")
		if !fault && (name == who || anybody) {
			return word
		}
	}
	return ""
}

// narrate says what a step of a client came to.
func (s *simulation) narrate(who, what string) {
	for _, a := range s.actors {
		if a.name != who {
			continue
		}
		switch what {
		case "look":
			s.say("%s sees %s", a.name, s.stages())
		case "scan":
			s.say("the server finds %s to archive for %s", VersionList(a.scanned), a.name)
		case "commit":
			s.say("the server has done it for %s: %s", a.name, s.stages())
		case "wait":
			s.say("%s has waited", a.name)
		default:
			if what != "send" {
				s.say("%s: %s", a.name, what)
			}
		}
		switch {
		case a.done:
			s.say("%s ends: %s", a.name, a.ending())
		case a.action.Do == DoSend && !a.under:
			s.say("%s sends %s", a.name, transitionText(a.action.Transition))
		}
	}
}

// ending says how a client ended.
func (a *actor) ending() string {
	text := "it is done"
	if a.err != nil {
		text = fmt.Sprintf("%T: %s", a.err, strings.ReplaceAll(a.err.Error(), "\n", "; "))
		text = strings.TrimPrefix(text, "*handover.")
	}
	var failed *FailedError
	if errors.As(a.err, &failed) && failed.Touched {
		text += " (touched)"
	}
	if len(a.outcome.Overtaken) > 0 {
		text += "; overtaken: " + VersionList(a.outcome.Overtaken)
	}
	if a.outcome.Unread != nil {
		text += "; not read back"
	}
	return text
}

// stages says where all versions are.
func (s *simulation) stages() string {
	texts := make([]string, 0, len(s.versions))
	for _, version := range s.versions {
		texts = append(texts, fmt.Sprintf("%s=%s", version.Number, version.Stage))
	}
	return strings.Join(texts, " ")
}

// told returns what was said since, and checks what must hold at any time.
func (s *simulation) told() string {
	lines := s.log
	s.log = nil
	if err := s.violation(); err != nil {
		lines = append(lines, "VIOLATED: "+err.Error())
	}
	if s.atRest() {
		lines = append(lines, "at rest: "+s.stages())
	}
	if len(lines) == 0 {
		return "ready\n"
	}
	return strings.Join(lines, "\n") + "\n"
}

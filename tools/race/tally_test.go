package main

import (
	"strings"
	"testing"
	"time"
)

func raced(entrants ...entrant) *tally {
	return newTally("embedded", heat{who: "some", entrants: entrants})
}

var (
	first  = entrant{name: "first", version: 2}
	second = entrant{name: "second", version: 3}
	script = entrant{name: "script", version: 4, script: true}
)

func TestTally_countsWhatEachWasTold(t *testing.T) {
	counted := raced(first, second, script)
	counted.add(result{holders: []int{2}, seen: record{unavailable: 2}, told: map[int]told{2: {word: won}, 3: {word: displaced}, 4: {word: won}}})
	counted.add(result{holders: []int{4}, told: map[int]told{2: {word: won}, 3: {word: refused}, 4: {word: won}}})
	counted.took = 3 * time.Second
	if err := counted.problem(); err != nil {
		t.Error(err)
	}
	const want = "| embedded | some | 2 | **0** | 1 | 1 | 1 | 1 | 2 | 3 |"
	if got := counted.String(); got != want {
		t.Errorf("the row is\n%s, not\n%s", got, want)
	}
}

func TestTally_whatTheScriptLeft(t *testing.T) {
	counted := raced(first, second, script)
	settled := result{holders: []int{2, 4}, settled: []int{2}, told: map[int]told{2: {word: won}, 3: {word: displaced}}}
	counted.add(settled)
	if err := counted.problem(); err != nil {
		t.Error(err)
	}
	if row := counted.String(); !strings.Contains(row, "| **0** (and 1 by the script) |") {
		t.Errorf("the row is %s", row)
	}
	settled.settled = []int{2, 4}
	counted.add(settled)
	if counted.problem() == nil {
		t.Error("an apply that did not settle it is no problem")
	}
}

func TestTally_problems(t *testing.T) {
	for name, bad := range map[string]result{
		"two of ours":           {holders: []int{2, 3}},
		"nobody":                {},
		"nobody but the first":  {holders: []int{1, 4}},
		"holder told otherwise": {holders: []int{2}, told: map[int]told{2: {word: displaced}}},
		"another word":          {holders: []int{2}, told: map[int]told{3: {word: otherwise}}},
		"a 503 is shown":        {holders: []int{2}, told: map[int]told{2: {word: won, text: "Warning: answered 503"}}},
		"not lined up":          {holders: []int{2}, seen: record{late: true}},
	} {
		t.Run(name, func(t *testing.T) {
			counted := raced(first, second, script)
			counted.add(bad)
			if counted.problem() == nil {
				t.Errorf("%+v is no problem", bad)
			}
		})
	}
}

// What scripts leave is MLflow's own affair.
func TestTally_scriptsAlone(t *testing.T) {
	counted := raced(script)
	counted.add(result{holders: []int{3, 4}, told: map[int]told{4: {word: won}}})
	if err := counted.problem(); err != nil || counted.wrong != 1 || counted.kept != 1 {
		t.Errorf("%v, %d wrong, %d kept", err, counted.wrong, counted.kept)
	}
}

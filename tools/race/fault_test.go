package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// Whether the registry does what it was sent, and when, and what the client is told.
func TestGate_faults(t *testing.T) {
	var done atomic.Int32
	backend := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { done.Add(1) }))
	defer backend.Close()
	g, err := openGate(t.Context(), backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.close() }()
	for _, kind := range writeFaults() {
		drawn := due{fault: kind, racer: "a", write: true, nth: 2, delay: 20 * time.Millisecond}
		g.arm(nil, false, drawn)
		done.Store(0)
		for nth := 1; nth <= 3; nth++ {
			status := 0
			response, err := http.Post(g.address("a")+outside.APIPath+"model-versions/create", "application/json", strings.NewReader("{}"))
			if err == nil {
				status = response.StatusCode
				_ = response.Body.Close()
			}
			want := http.StatusOK
			if nth == 2 {
				want = kind.status
			}
			if status != want {
				t.Errorf("%s: request %d was answered %d, not %d", drawn, nth, status, want)
			}
		}
		want := int32(3)
		if kind.effect == none {
			want = 2
		}
		if seen := g.report(); done.Load() != want || seen.faults[kind.column] != 1 || len(seen.log) != 3 || seen.overdue {
			t.Errorf("%s: %d requests were done, not %d; the gate reports %+v", drawn, done.Load(), want, seen)
		}
	}
}

func TestGate_aRequestThatIsDoneTooLateMakesTheRoundVoid(t *testing.T) {
	backend := httptest.NewServer(http.NotFoundHandler())
	defer backend.Close()
	g, err := openGate(t.Context(), backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.close() }()
	g.lateness = time.Millisecond
	g.arm(nil, false, due{
		fault: fault{column: columnLate, status: http.StatusGatewayTimeout, effect: late},
		racer: "a", write: true, nth: 1, delay: 20 * time.Millisecond,
	})
	response, err := http.Post(g.address("a")+outside.APIPath+"model-versions/create", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	seen := g.report()
	counted := racedWithFaults(first, second)
	counted.add(result{holders: []int{2, 3}, seen: seen})
	if err := counted.problem(); !seen.overdue || counted.void != 1 || counted.rounds != 0 || err != nil {
		t.Errorf("overdue %t, %d void of %d, %v", seen.overdue, counted.void, counted.rounds, err)
	}
}

func racedWithFaults(entrants ...entrant) *tally {
	counted := raced(entrants...)
	counted.hints = "-faults"
	return counted
}

func TestTally_withFaults(t *testing.T) {
	silent := result{holders: []int{2, 3}, told: map[int]told{2: {word: won}, 3: {word: won}}}
	said := result{holders: []int{2, 3}, told: map[int]told{2: {word: won}, 3: {word: unsure}}}
	for name, test := range map[string]struct {
		came    result
		problem bool
	}{
		"silent":                    {silent, true},
		"somebody was told":         {said, false},
		"failed, and has the stage": {result{holders: []int{2}, told: map[int]told{2: {word: failed}}}, true},
		"failed, and another has":   {result{holders: []int{3}, told: map[int]told{2: {word: failed}}}, false},
	} {
		counted := racedWithFaults(first, second)
		counted.add(test.came)
		if err := counted.problem(); (err != nil) != test.problem {
			t.Errorf("%s: the problem is %v", name, err)
		}
	}
}

func TestTally_registrations(t *testing.T) {
	owners := func(one, two int) map[int][]string {
		all := map[int][]string{one: {"engine-2"}}
		all[two] = append(all[two], "engine-3")
		return all
	}
	heat := heat{registrars: []*registrar{
		{name: "engine-2", number: 2, source: "s"}, {name: "engine-3", number: 3, source: "s"}, {name: "engine-4", number: 4, source: "s"},
	}}
	marked := map[string]string{"mlregistry.unfinished": "run"}
	versions := []seenVersion{{number: 1, source: "s"}, {number: 2, source: "s"}}
	for name, test := range map[string]struct {
		owners   map[int][]string
		versions []seenVersion
		third    word
		problem  string
	}{
		"one each":                  {owners(1, 2), versions, failed, ""},
		"two own one":               {owners(1, 1), versions[:1], failed, "version 1 is owned by engine-2 and engine-3"},
		"one that is not there":     {owners(1, 3), versions, unsure, "versions [3] do not exist"},
		"another source":            {owners(1, 2), []seenVersion{{number: 1, source: "s"}, {number: 2, source: "z"}}, failed, "another source"},
		"a spare one":               {owners(1, 2), append(versions, seenVersion{number: 3}), failed, "belong to nobody"},
		"a spare one that was told": {owners(1, 2), append(versions, seenVersion{number: 3}), unsure, ""},
		"marked, with an owner":     {owners(1, 2), []seenVersion{{number: 1, source: "s", tags: marked}, {number: 2, source: "s"}}, failed, "marked"},
	} {
		came := result{registrations: registrations{owners: test.owners}, told: map[int]told{2: {word: won}, 3: {word: won}, 4: {word: test.third}}}
		came.compare(heat, test.versions)
		counted := newTally("embedded", heat)
		counted.hints = "-faults"
		counted.add(came)
		err := counted.problem()
		if (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: the problem is %v", name, err)
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// tally counts what came of the rounds of a heat.
type tally struct {
	registry, who string
	// scripts has the versions of those who do not follow the protocol.
	scripts map[int]bool
	// protocol is set if anybody does.
	protocol bool

	rounds int
	// wrong counts the rounds that ended with other than one holder; byScript counts those of the others in which a
	// script's version is beside the one holder that the provider left: it came after that had read back. The next apply
	// has to settle these.
	wrong, byScript int
	// kept, overtaken, displaced and refused count what followers of the protocol were told: that they have the stage,
	// which is so at the end or was taken from them after they ended; that another took it at the same time; that another
	// has it by now. Of scripts only the first two are known.
	kept, overtaken, displaced, refused int
	// failed and unsure count clients, too: those who were told that a fault ended their promotion or registration, and how it
	// left things; and those who were told that this could not be found out.
	failed, unsure int
	// unsureRounds are the rounds in which a client was told that; wrongSaid are those of them that ended with other than one
	// holder: the user knows. owned counts the rounds in which two clients own one version.
	unsureRounds, wrongSaid, owned int
	// void counts rounds that say nothing: the registry was slower than a client can expect.
	void int
	// faults counts those that happened, by column.
	faults map[string]int
	// hints has the seed, if faults are drawn.
	hints string
	// registering is set in a race of registrations, crowded if every version was in the stage before.
	registering, crowded bool
	// unavailable counts answers with 503, late the rounds that were not lined up as they should be.
	unavailable, late int
	took              time.Duration

	// complaints has, in full, what should not have been said.
	complaints []string
}

func newTally(registry string, h heat) *tally {
	t := &tally{
		registry: registry, who: h.who, scripts: make(map[int]bool), faults: make(map[string]int),
		registering: h.registrars != nil, crowded: h.crowded,
	}
	for _, one := range h.entrants {
		if one.script {
			t.scripts[one.version] = true
		} else {
			t.protocol = true
		}
	}
	return t
}

// add counts a round.
func (t *tally) add(r result) {
	if r.seen.overdue {
		t.void++
		return
	}
	t.rounds++
	t.unavailable += r.seen.unavailable
	if r.seen.late && t.hints == "" {
		t.late++
	}
	for column, times := range r.seen.faults {
		t.faults[column] += times
	}
	complaints := len(t.complaints)
	if t.registering {
		t.countOwners(r)
	} else {
		t.countHolders(r)
	}
	for version, said := range r.told {
		if !t.protocol || !t.scripts[version] {
			t.hear(version, said, t.registering || slices.Contains(r.holders, version))
		}
	}
	if t.hints != "" && len(t.complaints) > complaints {
		t.complaints[len(t.complaints)-1] += fmt.Sprintf("\n%s -again %d drew that; the requests:\n%s", t.hints, t.rounds+t.void, logOf(r))
	}
}

// countHolders counts who holds the stage at rest.
func (t *tally) countHolders(r result) {
	ours := slices.DeleteFunc(slices.Clone(r.holders), func(version int) bool { return t.scripts[version] })
	unsure, failed := t.said(r, unsure), t.said(r, failed)
	if unsure {
		t.unsureRounds++
	}
	switch {
	case len(r.holders) == 1:
	case t.protocol && len(ours) == 1 && (r.settled != nil || !unsure && !failed):
		t.byScript++
		if !slices.Equal(r.settled, ours) {
			t.complain("round %d: after one more apply Production is held by %v, not by %v", t.rounds, r.settled, ours)
		}
	case unsure, t.crowded && failed: // A crowd that nobody could archive stays.
		t.wrongSaid++
		fmt.Fprintf(os.Stderr, "%s, %s: round %d ended with Production held by %v, as somebody was told:\n%s\n",
			t.registry, t.who, t.rounds, r.holders, logOf(r))
	default:
		t.wrong++
		if t.protocol {
			t.complain("round %d ended with Production held by %v", t.rounds, r.holders)
		}
	}
}

// said reports whether a follower of the protocol was told a word.
func (t *tally) said(r result, what word) bool {
	for version, said := range r.told {
		if !t.scripts[version] && said.word == what {
			return true
		}
	}
	return false
}

// hear counts what a racer was told. holds says that it has the stage at the end.
func (t *tally) hear(version int, said told, holds bool) {
	switch {
	case said.word == won && holds:
		t.kept++
	case said.word == won:
		t.overtaken++
	case said.word == displaced:
		t.displaced++
	case said.word == refused:
		t.refused++
	case said.word == failed && t.hints != "":
		t.failed++
	case said.word == unsure && t.hints != "":
		t.unsure++
	default:
		t.complain("round %d: version %d was told:\n%s", t.rounds, version, said.text)
	}
	lost := said.word == displaced || said.word == refused || said.word == failed && !t.crowded
	if holds && lost && !t.registering {
		t.complain("round %d: version %d holds Production and was told:\n%s", t.rounds, version, said.text)
	}
	if mentions503(said.text) && t.hints == "" {
		t.complain("round %d: version %d was shown a 503:\n%s", t.rounds, version, said.text)
	}
}

// logOf returns the requests of a round, and what each client was told at the end.
func logOf(r result) string {
	var text strings.Builder
	for _, one := range r.seen.log {
		fmt.Fprintln(&text, one)
	}
	for _, version := range slices.Sorted(maps.Keys(r.told)) {
		fmt.Fprintf(&text, "version %d: %d %s\n", version, r.told[version].word, r.told[version].text)
	}
	return text.String()
}

func (t *tally) complain(format string, args ...any) {
	t.complaints = append(t.complaints, fmt.Sprintf(format, args...))
}

// problem returns what the provider did wrong, if anything.
func (t *tally) problem() error {
	var err error
	for _, complaint := range t.complaints {
		err = errors.Join(err, fmt.Errorf("%s, %s: %s", t.registry, t.who, complaint))
	}
	if t.late > 0 {
		err = errors.Join(err, fmt.Errorf("%s, %s: %d rounds were not lined up", t.registry, t.who, t.late))
	}
	return err
}

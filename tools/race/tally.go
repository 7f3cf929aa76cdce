package main

import (
	"errors"
	"fmt"
	"slices"
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
	// unavailable counts answers with 503, late the rounds that were not lined up as they should be.
	unavailable, late int
	took              time.Duration

	// complaints has, in full, what should not have been said.
	complaints []string
}

func newTally(registry string, h heat) *tally {
	t := &tally{registry: registry, who: h.who, scripts: make(map[int]bool)}
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
	t.rounds++
	t.unavailable += r.unavailable
	if r.late {
		t.late++
	}
	ours := slices.DeleteFunc(slices.Clone(r.holders), func(version int) bool { return t.scripts[version] })
	switch {
	case len(r.holders) == 1:
	case t.protocol && len(ours) == 1:
		t.byScript++
		if !slices.Equal(r.settled, ours) {
			t.complain("round %d: after one more apply Production is held by %v, not by %v", t.rounds, r.settled, ours)
		}
	default:
		t.wrong++
		if t.protocol {
			t.complain("round %d ended with Production held by %v", t.rounds, r.holders)
		}
	}
	for version, said := range r.told {
		if !t.protocol || !t.scripts[version] {
			t.hear(version, said, slices.Contains(r.holders, version))
		}
	}
}

// hear counts what a racer was told.
func (t *tally) hear(version int, said told, holds bool) {
	switch said.word {
	case won:
		if holds {
			t.kept++
		} else {
			t.overtaken++
		}
	case displaced:
		t.displaced++
	case refused:
		t.refused++
	default:
		t.complain("round %d: version %d was told:\n%s", t.rounds, version, said.text)
	}
	if holds && (said.word == displaced || said.word == refused) {
		t.complain("round %d: version %d holds Production and was told:\n%s", t.rounds, version, said.text)
	}
	if mentions503(said.text) {
		t.complain("round %d: version %d was shown a 503:\n%s", t.rounds, version, said.text)
	}
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

package main

import (
	"strings"
	"testing"
)

func TestNarratorSays_readsThroughTheFrameOfAMessage(t *testing.T) {
	message := "╷\n│ Error: Invalid stage\n│ \n│ \"Prod\" is not a stage: use one of None,\n│ Staging, Production.\n╵\n"
	var printed strings.Builder
	n := &narrator{out: &printed}
	if err := n.says("the plan says", message, `"Prod" is not a stage: use one of None, Staging, Production.`); err != nil {
		t.Error(err)
	}
	if n.checks != 1 || !strings.HasPrefix(printed.String(), "ok  ") {
		t.Errorf("%d checks counted, printed %q", n.checks, printed.String())
	}
}

func TestNarratorSame_printsWhatItExpectedAndFound(t *testing.T) {
	var printed strings.Builder
	n := &narrator{out: &printed}
	err := n.same("in the registry", "1 Production, 2 Production", "1 Archived, 2 Production")
	if err == nil || n.checks != 0 {
		t.Errorf("a failed check gave error %v and counts as %d", err, n.checks)
	}
	for _, part := range []string{"FAILED", "expected: 1 Archived, 2 Production", "found:    1 Production, 2 Production"} {
		if !strings.Contains(printed.String(), part) {
			t.Errorf("the narrator printed %q, without %q", printed.String(), part)
		}
	}
}

package examplecheck

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// What the guide to drift shows is what the CLI prints: on a quiet night, after somebody has promoted version 8, and after the
// apply that puts it right. The lines that OPA prints are tested with examples/review.
func TestAccGuide_driftShowsItsPlans(t *testing.T) {
	guide := readFile(t, filepath.Join(root, "templates", "guides", "drift.md.tmpl"))
	var outputs []string
	for _, block := range regexp.MustCompile("(?s)```text\n(.*?)```").FindAllStringSubmatch(guide, -1) {
		outputs = append(outputs, block[1])
	}
	if len(outputs) != 5 {
		t.Fatalf("the guide shows %d outputs, this test knows 5", len(outputs))
	}
	quiet, moved, check := outputs[0], outputs[1], outputs[3]

	e := newExample(t, "drift", noImport)
	e.seed(prepared["drift"])
	e.Transition(t, "fraud", "8", "Staging", false)
	e.MustApply()
	e.shows(quiet, 0)

	e.Transition(t, "fraud", "8", "Production", true)
	plan := e.shows(moved, 2)
	for line := range strings.Lines(check) {
		if line = strings.TrimSpace(line); !strings.Contains(plan.Output, line) {
			t.Errorf("the guide shows %q, and the plan is\n%s", line, plan.Output)
		}
	}
	e.MustApply(plan.PlanFile)
	if got := e.Holders(t, "fraud", "Production"); !slices.Equal(got, []string{"7"}) || e.Stage(t, "fraud", "8") != "Archived" {
		t.Errorf("Production is held by %v, version 8 is in %s", got, e.Stage(t, "fraud", "8"))
	}

	// It was right: the configuration follows.
	e.Transition(t, "fraud", "8", "Production", true)
	e.Write("main.tf", strings.Replace(readFile(t, filepath.Join(root, "examples", "drift", "main.tf")), "= 7", "= 8", 1))
	e.shows(quiet, 0)
}

// shows plans, and checks the exit code and that the output shows each paragraph of a text.
func (e *example) shows(text string, exitCode int) acctest.Result {
	e.t.Helper()
	plan := e.Plan()
	if plan.ExitCode != exitCode {
		e.t.Fatalf("the plan exited with %d, want %d:\n%s", plan.ExitCode, exitCode, plan.Output)
	}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if !strings.Contains(squeezed(plan.Output), squeezed(paragraph)) {
			e.t.Errorf("the guide shows\n%s\nand the plan is\n%s", paragraph, plan.Output)
		}
	}
	return plan
}

package soak_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
)

// replays are the seeds of the drawn cases that the real CLI runs as well: some go well, and most fail somewhere.
var replays = []int{5, 7, 8, 10, 13, 17, 25, 34, 36, 44, 51, 57}

// orders is how many orders the stand-in tries to find the one that the CLI took.
const orders = 60

// TestRealCLIEndsWhereTheStandInEnds runs drawn cases with both. Terraform's order is free, and not told: what the CLI
// comes to, step by step and in the registry at the end, must be what the stand-in comes to in some order.
func TestRealCLIEndsWhereTheStandInEnds(t *testing.T) {
	acctest.CLI(t)
	impatient(t)
	world := newWorld(t)
	for _, seed := range replays {
		drawn := calmGenerator.Example(seed)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			cliSlots <- struct{}{}
			defer func() { <-cliSlots }()
			onCLI := world.run(drawn)
			got := onCLI.replay(t)
			var seen []string
			for order := range orders {
				standIn := world.run(drawn)
				outcome := standIn.rehearse(uint64(order))
				for _, violation := range standIn.violations {
					t.Errorf("%s\n%s", violation, standIn.story.String())
				}
				if outcome == got {
					t.Logf("order %d of the stand-in:\n%s", order, outcome)
					return
				}
				if !slices.Contains(seen, outcome) {
					seen = append(seen, outcome)
				}
			}
			t.Errorf("%#v\nthe CLI came to\n%s\nthe stand-in only to\n%s\n%s", drawn, got, strings.Join(seen, "\nor\n"), onCLI.story.String())
		})
	}
}

// rehearse runs the steps on the stand-in in one order and returns what they came to.
func (r *run) rehearse(order uint64) string {
	var came []string
	for index, each := range r.steps {
		each.order = order
		each.wanted = r.named(each.wanted)
		r.begin(index, each)
		made, ok := r.plan(each, nil)
		came = append(came, r.class("plan", made.problems))
		if ok && !made.empty() {
			r.apply(each, made, each.faults, crash{})
			came = append(came, r.class("apply", r.problems))
		}
	}
	return strings.Join(append(came, r.ending()), "\n")
}

// ending is the registry at the end.
func (r *run) ending() string { return "registry: " + describe(r.versions(r.model)) }

// class is what a walk came to: its errors, without their details.
func (r *run) class(walk string, found problems) string {
	var errors []string
	for _, each := range found {
		switch {
		case each.warning:
		case strings.Contains(each.detail, errInconsistent.Error()):
			errors = append(errors, "Provider produced inconsistent final plan")
		default:
			errors = append(errors, each.summary)
		}
	}
	return r.classOf(walk, errors)
}

func (r *run) classOf(walk string, errors []string) string {
	slices.Sort(errors)
	return strings.ReplaceAll(fmt.Sprintf("%s: %q", walk, errors), r.model, modelWord)
}

var cliError = regexp.MustCompile(`(?m)^[│\s]*Error: (.*)$`)

// replay runs the steps with the real CLI and returns what they came to.
func (r *run) replay(t *testing.T) string {
	workspace := acctest.NewWorkspace(t, "")
	workspace.Setenv(connect.EnvTimeout, "1")
	workspace.Setenv(connect.EnvMaxRetries, "2")
	workspace.Setenv(connect.EnvBackoffFactor, "0")
	var came []string
	note := func(walk string, result acctest.Result) {
		var errors []string
		for _, match := range cliError.FindAllStringSubmatch(result.Output, -1) {
			errors = append(errors, strings.TrimSpace(match[1]))
		}
		r.tell("%s: %s", walk, result.Output)
		came = append(came, r.classOf(walk, errors))
	}
	for _, each := range r.steps {
		f := r.front(r.model, nil, crash{})
		workspace.Write("main.tf", fmt.Sprintf(acctest.Requirements+`provider "mlregistry" {
  tracking_uri = %q
  handover     = %q
}
`, f.URL, r.handover)+r.named(each.wanted).hcl())
		options := []string{"-parallelism=1"} // As the stand-in does: two at a time make outcomes that no order has.
		if each.destroy {
			options = append(options, "-destroy")
		}
		made := workspace.Plan(options...)
		note("plan", made)
		if made.ExitCode == 2 {
			f.Reset()
			f.arm(each.faults, crash{})
			note("apply", workspace.Apply("-parallelism=1", made.PlanFile))
			r.tell("%s", f.log())
		}
		f.close()
	}
	return strings.Join(append(came, r.ending()), "\n")
}

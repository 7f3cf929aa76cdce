package main

import (
	"errors"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// word is what a racer was told in the end.
type word int

const (
	// otherwise is anything that no racer should be told.
	otherwise word = iota
	// won is success.
	won
	// displaced says that another took the stage at the same time.
	displaced
	// refused says that a version which the plan does not name holds the stage by now, or that somebody has moved the version
	// itself since, and that nothing was touched.
	refused
	// failed says that the promotion failed, and how it left the stage. Only a fault brings that about.
	failed
	// unsure says that it could not be found out what was done, or who holds the stage. Only a fault brings that about.
	unsure
)

// inconsistent is Terraform's own refusal. It plans a block that is not in the state again just before it applies it, and this plan
// names another version that leaves the stage than the reviewed one: the apply stops before the provider is asked to do anything.
const inconsistent = "Error: Provider produced inconsistent final plan"

// wordOfError classifies what the engine returned.
func wordOfError(err error) word {
	if err == nil {
		return won
	}
	if stopped, ok := errors.AsType[*handover.FailedError](err); ok && (stopped.MayBeLate || stopped.GiveBackErr != nil) {
		return unsure
	}
	if _, ok := errors.AsType[*handover.UnsettledError](err); ok {
		return unsure
	}
	if _, ok := errors.AsType[*handover.DisplacedError](err); ok {
		return displaced
	}
	if _, ok := errors.AsType[*handover.IntruderError](err); ok {
		return refused
	}
	if _, ok := errors.AsType[*handover.MovedError](err); ok {
		return refused
	}
	_, stopped := errors.AsType[*handover.FailedError](err)
	_, answered := errors.AsType[*registry.Error](err) // Of the first look: nothing was sent.
	if stopped || answered {
		return failed
	}
	return otherwise
}

// wordOfOutput classifies what a user of Terraform read. Terraform frames messages and breaks their lines.
func wordOfOutput(exitCode int, output string) word {
	text := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case exitCode == 0 && has("could not be read back"):
		return unsure
	case exitCode == 0:
		return won
	case strings.Count(text, "Error: ") != 1:
		return otherwise
	case has("may still do what it was asked last"), has("giving the stage back failed too"), has("not by version"):
		return unsure
	case has("but somebody else acted at the same time"):
		return displaced
	case has("which the reviewed plan does not archive"), has("and the plan has it in"), has(inconsistent):
		return refused
	case has("could not be moved to"), has("eading the holders of"), has("reading the versions of model"), has("Unable to read the versions of model"):
		return failed
	}
	return otherwise
}

// mentions503 reports whether a user is shown the status that a server answers deadlocks with.
func mentions503(output string) bool { return strings.Contains(output, "503") }

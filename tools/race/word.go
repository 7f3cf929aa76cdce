package main

import (
	"errors"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
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
	// refused says that a version which the plan does not name holds the stage by now, and that nothing was touched.
	refused
)

// wordOfError classifies what the engine returned.
func wordOfError(err error) word {
	if err == nil {
		return won
	}
	if _, ok := errors.AsType[*handover.DisplacedError](err); ok {
		return displaced
	}
	if _, ok := errors.AsType[*handover.IntruderError](err); ok {
		return refused
	}
	return otherwise
}

// wordOfOutput classifies what a user of Terraform read. Terraform frames messages and breaks their lines.
func wordOfOutput(exitCode int, output string) word {
	text := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
	switch {
	case exitCode == 0:
		return won
	case strings.Count(text, "Error: ") != 1:
		return otherwise
	case strings.Contains(text, "but somebody else acted at the same time"):
		return displaced
	case strings.Contains(text, "which the reviewed plan does not archive"):
		return refused
	}
	return otherwise
}

// mentions503 reports whether a user is shown the status that a server answers deadlocks with.
func mentions503(output string) bool { return strings.Contains(output, "503") }

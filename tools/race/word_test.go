package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var (
	errDisplaced = &handover.DisplacedError{
		Model: "fraud", Stage: registry.StageProduction, Version: 2, Now: registry.StageArchived, By: []registry.Number{3},
	}
	errRefused = &handover.IntruderError{
		Model: "fraud", Stage: registry.StageProduction, Version: 2, Intruders: []registry.Number{3},
	}
	errUnsettled = &handover.UnsettledError{Model: "fraud", Stage: registry.StageProduction, Version: 2, Rounds: 12}
)

func TestWordOfError(t *testing.T) {
	for want, err := range map[word]error{
		won: nil, displaced: fmt.Errorf("apply: %w", errDisplaced), refused: errRefused, unsure: errUnsettled,
	} {
		if got := wordOfError(err); got != want {
			t.Errorf("%v is classified as %d, not %d", err, got, want)
		}
	}
}

func TestWordOfOutput_readsThroughTheFrameOfAMessage(t *testing.T) {
	for want, err := range map[word]error{displaced: errDisplaced, refused: errRefused, unsure: errUnsettled} {
		if got := wordOfOutput(1, framed(err)); got != want {
			t.Errorf("this is classified as %d, not %d:\n%s", got, want, framed(err))
		}
	}
}

func TestWordOfOutput_knowsTerraformsOwnRefusal(t *testing.T) {
	frame := "╷\n│ Error: Provider produced inconsistent\n│ final plan\n│ \n│ When expanding the plan for a to include new values\n╵\n"
	if got := wordOfOutput(1, frame); got != refused {
		t.Errorf("this is classified as %d, not %d:\n%s", got, refused, frame)
	}
	if got := wordOfOutput(1, frame+frame); got != otherwise {
		t.Errorf("two errors are classified as %d", got)
	}
}

func TestWordOfOutput_takesNothingForAnAnswerThatIsNone(t *testing.T) {
	if got := wordOfOutput(0, "Apply complete!"); got != won {
		t.Errorf("success is classified as %d", got)
	}
	for name, output := range map[string]string{
		"no message":    "",
		"a second one":  framed(errDisplaced) + framed(errors.New("could not unlock the state")),
		"another error": framed(errors.New("provider produced inconsistent final plan")),
	} {
		if got := wordOfOutput(1, output); got != otherwise {
			t.Errorf("%s is classified as %d", name, got)
		}
	}
}

// framed writes an error as Terraform does on a narrow terminal.
func framed(err error) string {
	words := strings.ReplaceAll(err.Error(), " ", "\n│ ")
	return "╷\n│ Error: Cannot hand over\n│ \n│   on main.tf line 11:\n│ \n│ " + words + "\n╵\n"
}

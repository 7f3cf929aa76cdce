package handover

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestPromotionCostsThreeRequests(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging)
	outcome, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2, 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.log, " "); got != "read 2->Production! read" {
		t.Errorf("requests: %s", got)
	}
	if !slices.Equal(outcome.Archived, []registry.Number{1}) || !slices.Equal(w.holders(), []registry.Number{2}) {
		t.Errorf("archived %v, holders %v", outcome.Archived, w.holders())
	}
	if outcome.From != registry.StageStaging {
		t.Errorf("version 2 came from %s", outcome.From)
	}
}

func TestReachedGoalSendsNothing(t *testing.T) {
	w := newWorld(registry.StageArchived, registry.StageProduction)
	if _, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.log, " "); got != "read" {
		t.Errorf("requests: %s", got)
	}
}

func TestIntruderIsRefusedBeforeAnythingIsTouched(t *testing.T) {
	w := newWorld(registry.StageArchived, registry.StageStaging, registry.StageProduction)
	_, err := newTestEngine(w, Sequential).Run(context.Background(), toProduction(2, 1))
	var intruder *IntruderError
	if !errors.As(err, &intruder) || !slices.Equal(intruder.Intruders, []registry.Number{3}) {
		t.Errorf("got %v", err)
	}
	if got := strings.Join(w.log, " "); got != "read" {
		t.Errorf("requests: %s", got)
	}
}

func TestLostAnswerIsSettledByReading(t *testing.T) {
	for name, happened := range map[string]bool{"the promotion happened": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageProduction, registry.StageStaging)
			faults := 1
			w.fault = func(what string) (instead, after error) {
				if !strings.Contains(what, "->") || faults == 0 {
					return nil, nil
				}
				faults--
				if happened {
					return nil, lost()
				}
				return lost(), nil
			}
			if _, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2, 1)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(w.holders(), []registry.Number{2}) {
				t.Errorf("holders %v", w.holders())
			}
			sent := strings.Count(strings.Join(w.log, " "), "2->Production!")
			if want := map[bool]int{true: 1, false: 2}[happened]; sent != want {
				t.Errorf("the promotion was sent %d times, want %d: %v", sent, want, w.log)
			}
		})
	}
}

func TestSequentialGivesTheStageBackWhenThePromotionFails(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging)
	w.fault = func(what string) (instead, after error) {
		if what == "2->Production" {
			return refused(), nil
		}
		return nil, nil
	}
	_, err := newTestEngine(w, Sequential).Run(context.Background(), toProduction(2, 1))
	var failed *FailedError
	if !errors.As(err, &failed) || !slices.Equal(failed.GaveBack, []registry.Number{1}) || !errors.Is(err, registry.ErrPermissionDenied) {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(w.holders(), []registry.Number{1}) {
		t.Errorf("holders %v, log %v", w.holders(), w.log)
	}
	if !strings.Contains(err.Error(), "the stage was given back to version 1") {
		t.Errorf("the error does not tell: %v", err)
	}
}

func TestSequentialGivesTheStageBackWhenItsOutcomeCannotBeReadAtOnce(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging)
	promoted, reads := false, 1
	w.fault = func(what string) (instead, after error) {
		switch {
		case what == "2->Production":
			promoted = true
			return lost(), nil
		case what == "read" && promoted && reads > 0:
			reads--
			return lost(), nil
		}
		return nil, nil
	}
	_, err := newTestEngine(w, Sequential).Run(context.Background(), toProduction(2, 1))
	var failed *FailedError
	if !errors.As(err, &failed) || !slices.Equal(failed.GaveBack, []registry.Number{1}) {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(w.holders(), []registry.Number{1}) {
		t.Errorf("holders %v, log %v", w.holders(), w.log)
	}
}

func TestSequentialGivesTheStageBackWhenTheGraceIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(registry.StageProduction, registry.StageStaging)
		ctx, cancel := context.WithCancel(context.Background())
		w.fault = func(what string) (instead, after error) {
			if what != "1->Archived" {
				return nil, nil
			}
			cancel()
			time.Sleep(grace + time.Second)
			return nil, lost()
		}
		_, err := newTestEngine(w, Sequential).Run(ctx, toProduction(2, 1))
		var failed *FailedError
		if !errors.As(err, &failed) || !slices.Equal(failed.GaveBack, []registry.Number{1}) {
			t.Fatalf("got %v", err)
		}
		if !slices.Equal(w.holders(), []registry.Number{1}) {
			t.Errorf("holders %v, log %v", w.holders(), w.log)
		}
	})
}

func TestAtomicRefusalLeavesTheOldHolder(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging)
	w.fault = func(what string) (instead, after error) {
		if strings.HasPrefix(what, "2->") {
			return refused(), nil
		}
		return nil, nil
	}
	_, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2, 1))
	if !errors.Is(err, registry.ErrPermissionDenied) || !slices.Equal(w.holders(), []registry.Number{1}) {
		t.Errorf("got %v, holders %v", err, w.holders())
	}
}

func TestServerThatIgnoresTheFlagIsFoundOut(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging, registry.StageStaging)
	w.ignoresFlag = true
	engine := newTestEngine(w, Atomic)
	if _, err := engine.Run(context.Background(), toProduction(2, 1)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.holders(), []registry.Number{2}) {
		t.Fatalf("holders %v", w.holders())
	}
	w.log = nil
	if _, err := engine.Run(context.Background(), toProduction(3, 2)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.log, " "); got != "read 2->Archived 3->Production read" {
		t.Errorf("the second handover was not sequential: %s", got)
	}
}

func TestLaterPromotionByAnotherIsReported(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging, registry.StageStaging)
	reads := 0
	w.step = func(what string) {
		if what == "read" {
			if reads++; reads == 2 {
				w.set(2, registry.StageArchived)
				w.set(3, registry.StageProduction)
			}
		}
	}
	_, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2, 1))
	var displaced *DisplacedError
	if !errors.As(err, &displaced) || !slices.Equal(displaced.By, []registry.Number{3}) || displaced.Now != registry.StageArchived {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(w.holders(), []registry.Number{3}) {
		t.Errorf("holders %v", w.holders())
	}
}

func TestCancelledHandoverIsFinished(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging)
	ctx, cancel := context.WithCancel(context.Background())
	w.step = func(what string) {
		if what == "1->Archived" {
			cancel()
		}
	}
	if _, err := newTestEngine(w, Sequential).Run(ctx, toProduction(2, 1)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.holders(), []registry.Number{2}) {
		t.Errorf("a cancelled handover left %v", w.holders())
	}
}

func TestRemoveArchivesOnceAndForgivesWhatIsGone(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageArchived)
	engine := newTestEngine(w, Atomic)
	for _, number := range []registry.Number{1, 2, 3} {
		if err := engine.Remove(context.Background(), Leaving{Model: testModel, Version: number, Kept: notKept}); err != nil {
			t.Errorf("version %s: %v", number, err)
		}
	}
	if got := strings.Join(w.log, " "); got != "read 1->Archived read read read" {
		t.Errorf("requests: %s", got)
	}
}

// Somebody moves version 3 in between this handover's look and its promotion. The server archives it with the others, and
// nobody but this client can tell.
func TestOvertakenVersionsAreReported(t *testing.T) {
	for name, late := range map[string]string{"before the server looks": "2->Production!", "after it has looked": "commit 2->Production!"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageProduction, registry.StageStaging, registry.StageStaging)
			w.step = func(what string) {
				if what == late {
					w.tick()
					w.set(3, registry.StageProduction)
				}
			}
			outcome, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2, 1))
			if err != nil || !slices.Equal(outcome.Overtaken, []registry.Number{3}) {
				t.Errorf("overtaken %v, %v", outcome.Overtaken, err)
			}
			if !slices.Equal(w.holders(), []registry.Number{2}) {
				t.Errorf("holders %v", w.holders())
			}
		})
	}
}

func TestReviewedVersionsAreNotOvertaken(t *testing.T) {
	w := newWorld(registry.StageProduction, registry.StageStaging, registry.StageArchived)
	outcome, err := newTestEngine(w, Atomic).Run(context.Background(), toProduction(2, 1))
	if err != nil || len(outcome.Overtaken) != 0 {
		t.Errorf("overtaken %v, %v", outcome.Overtaken, err)
	}
}

// Its model may be deleted, with all versions, by another resource of the same apply.
func TestWhatLeavesMayBeGoneByThen(t *testing.T) {
	for name, leave := range map[string]func(*Engine) error{
		"remove": func(e *Engine) error {
			return e.Remove(context.Background(), Leaving{Model: testModel, Version: 1, Kept: notKept})
		},
		"release": func(e *Engine) error {
			return e.Release(context.Background(), Leaving{Model: testModel, Version: 1, From: registry.StageProduction, Kept: notKept})
		},
	} {
		w := newWorld(registry.StageProduction)
		w.step = func(what string) {
			if what == "1->Archived" {
				delete(w.versions, 1)
			}
		}
		if err := leave(New(w, Atomic)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func notKept() bool { return false }

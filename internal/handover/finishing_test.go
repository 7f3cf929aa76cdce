package handover

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// leased counts the versions with a lease.
func (w *world) leased() (count int) {
	for _, version := range w.sorted() {
		if _, marked := markOf(version); marked {
			count++
		}
	}
	return count
}

// complete registers a version whose lease is taken off later.
func complete(t *testing.T, engine *Engine, source string) *Registration {
	t.Helper()
	held, err := engine.Register(context.Background(), registering(source, Goal{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := held.FinishLater(context.Background()); err != nil {
		t.Fatal(err)
	}
	return held
}

// Terraform writes its state after the create has returned. A run that is killed in between has left a lease.
func TestALeaseStaysUntilTheStateIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		complete(t, New(w, Atomic), "s3://m/1")
		time.Sleep(leaseTime - finishMargin - time.Second)
		if w.leased() != 1 {
			t.Error("the lease went while the state may not be written yet")
		}
		time.Sleep(2 * time.Second)
		if w.leased() != 0 {
			t.Error("the lease stays although the process lives")
		}
	})
}

func TestARunThatIsKilledBeforeItsStateIsWrittenRegistersNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		killed := New(w, Atomic)
		complete(t, killed, "s3://m/1").removal.Stop()
		version, err := register(t, New(w, Atomic), registering("s3://m/1", Goal{}))
		if err != nil || version.Number != 1 || len(w.versions) != 1 {
			t.Errorf("the next run has version %s (%v) of %d", version.Number, err, len(w.versions))
		}
	})
}

// A killed apply leaves several versions of one model. The next one registers one after the other, and its waits for their leases do not
// come one after the other: the second one would find a lease that ran out meanwhile.
func TestARunThatIsKilledBeforeItsStateIsWrittenLeavesSeveralVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		killed := New(w, Atomic)
		for _, source := range []string{"s3://m/1", "s3://m/2", "s3://m/3"} {
			complete(t, killed, source).removal.Stop()
		}
		next := New(w, Atomic)
		var runs sync.WaitGroup
		for _, source := range []string{"s3://m/1", "s3://m/2", "s3://m/3"} {
			runs.Go(func() {
				if version, err := register(t, next, registering(source, Goal{})); err != nil || version.Source != source {
					t.Errorf("from %s it has version %s from %s (%v)", source, version.Number, version.Source, err)
				}
			})
		}
		runs.Wait()
		if len(w.versions) != 3 {
			t.Errorf("there are %d versions, of three", len(w.versions))
		}
	})
}

func TestCloseTakesAllLeasesOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		engine := New(w, Atomic)
		for source := range 5 {
			complete(t, engine, fmt.Sprintf("s3://m/%d", source))
		}
		if w.leased() != 5 {
			t.Fatalf("%d versions have a lease before", w.leased())
		}
		engine.Close(context.Background())
		if w.leased() != 0 {
			t.Errorf("%d versions have a lease", w.leased())
		}
		engine.Close(context.Background()) // Nothing is left to do.
	})
}

// Close must be through in a second or two, on slow servers as well.
func TestFewLeasesWaitForClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		engine := New(w, Atomic)
		for source := range 3 * maxFinishing {
			complete(t, engine, fmt.Sprintf("s3://m/%d", source))
		}
		time.Sleep(finishAge / 2)
		if w.leased() != 3*maxFinishing {
			t.Errorf("%d leases are left of those that are a second old", w.leased())
		}
		time.Sleep(finishAge)
		if w.leased() != maxFinishing {
			t.Errorf("%d leases wait, want %d", w.leased(), maxFinishing)
		}
	})
}

// A lease that ran out may be another run's by now: it is not taken off any more.
func TestALeaseThatRanOutIsNotTakenOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		engine := New(w, Atomic)
		complete(t, engine, "s3://m/1").removal.Stop()
		time.Sleep(2 * leaseTime)
		engine.Close(context.Background())
		if w.leased() != 1 {
			t.Error("it was")
		}
	})
}

func TestALeaseIsTakenOffWhatIsInTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		killed := complete(t, New(w, Atomic), "s3://m/1")
		killed.removal.Stop()
		var taken *TakenError
		if off, err := New(w, Atomic).FinishStored(context.Background(), w.version(1), "another"); off || !errors.As(err, &taken) {
			t.Errorf("another run's: %t, %v", off, err)
		}
		for range 2 { // The second time there is none.
			if off, err := New(w, Atomic).FinishStored(context.Background(), w.version(1), killed.Lease()); !off || err != nil {
				t.Errorf("its own: %t, %v", off, err)
			}
			if _, marked := markOf(w.version(1)); marked {
				t.Error("the version has its lease still")
			}
		}
	})
}

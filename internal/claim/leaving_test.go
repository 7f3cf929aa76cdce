package claim_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// request is a request of Terraform that the walk knows of.
func request(walk *claim.Walk, at func(ctx context.Context)) {
	ctx, end := walk.Begin(context.Background())
	defer end()
	at(ctx)
}

// keeping returns what each kind of thing is kept by, and how it leaves.
func keeping() map[string]struct {
	leaves claim.Departure
	keeps  claim.Claim
} {
	stored := func(made claim.Claim) claim.Claim { made.Stored = true; return made }
	single := func(object claim.Object) claim.Claim {
		return claim.Claim{On: object, Of: object, Owner: "x", Stored: true}
	}
	alias, tag, model, version := claim.Alias("m", "a"), claim.Tag("m", 1, "k"), claim.Model("m"), claim.Version("m", 1)
	return map[string]struct {
		leaves claim.Departure
		keeps  claim.Claim
	}{
		"alias":                 {claim.Departure{On: alias}, single(alias)},
		"tag":                   {claim.Departure{On: tag}, single(tag)},
		"tag, by a map":         {claim.Departure{On: tag}, claim.Claim{On: tag, Of: version, Owner: "version", Stored: true}},
		"model":                 {claim.Departure{On: model, Deletes: true}, single(model)},
		"version":               {claim.Departure{On: version, Deletes: true}, single(version)},
		"version, by a pointer": {claim.Departure{On: version, Deletes: true, Stage: registry.StageProduction}, stored(pointing(1, registry.StageProduction))},
		"pointer, by a version": {claim.Departure{On: claim.Stage("m", registry.StageProduction), Version: 1, Stage: registry.StageProduction}, stored(holding(1, registry.StageProduction))},
	}
}

// What one resource gives up and another one keeps stays, whichever of the two is planned first; and if the answer was given before the other
// one came, that one meets the departure.
func TestWhatIsKeptStays(t *testing.T) {
	for name, test := range keeping() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var walk claim.Walk
				var before, during, after claim.Ledger
				before.Declare(test.keeps)
				request(&walk, func(ctx context.Context) {
					if kept, _ := before.Leave(ctx, test.leaves); !kept {
						t.Error("planned first, and not seen")
					}
				})
				var wait sync.WaitGroup
				wait.Go(func() {
					request(&walk, func(context.Context) {
						time.Sleep(10 * time.Second) // A slow read: more is to come.
						during.Declare(test.keeps)
					})
				})
				synctest.Wait()
				request(&walk, func(ctx context.Context) {
					if kept, _ := during.Leave(ctx, test.leaves); !kept {
						t.Error("planned while a request was under way, and not waited for")
					}
				})
				wait.Wait()
				request(&walk, func(ctx context.Context) {
					if kept, _ := after.Leave(ctx, test.leaves); kept {
						t.Error("kept by nobody")
					}
				})
				if met := after.Declare(test.keeps); len(met.Departed) != 1 {
					t.Errorf("the late one met %+v", met)
				}
			})
		})
	}
}

// Something else of the same model keeps nothing.
func TestWhatIsNotKeptLeaves(t *testing.T) {
	for name, test := range keeping() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ledger claim.Ledger
				if removed := test.keeps; removed.On.Kind == claim.KindTag { // A map that gives a tag up keeps it no more.
					removed.Removed = true
					ledger.Declare(removed)
				}
				for _, other := range []claim.Object{claim.Alias("m", "b"), claim.Tag("m", 1, "l"), claim.Tag("m", 2, "k"), claim.Version("m", 2), claim.Model("n")} {
					ledger.Declare(claim.Claim{On: other, Of: other, Owner: "y", Stored: true})
				}
				ledger.Declare(holding(2, registry.StageStaging))
				if kept, held := ledger.Leave(t.Context(), test.leaves); kept || held {
					t.Errorf("kept %t, held %t", kept, held)
				}
			})
		})
	}
}

// A successor ends the wait of a version that is only archived, not of one that is deleted.
func TestASuccessorHoldsTheStage(t *testing.T) {
	for _, deletes := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var ledger claim.Ledger
			ledger.Declare(holding(2, registry.StageProduction))
			began := time.Now()
			kept, held := ledger.Leave(t.Context(), claim.Departure{On: claim.Version("m", 1), Stage: registry.StageProduction, Deletes: deletes})
			if kept || !held || (time.Since(began) > 0) != deletes {
				t.Errorf("kept %t, held %t after %s", kept, held, time.Since(began))
			}
		})
	}
}

// A model that ends takes along what is in it. Whoever keeps some of that is found, before or after; what goes as well, or comes anew into a
// model that comes back, is not at odds.
func TestAModelEndsWithWhatIsInIt(t *testing.T) {
	things := map[string]claim.Claim{
		"version":     {On: claim.Version("m", 1), Of: claim.Version("m", 1), Owner: "x"},
		"alias":       {On: claim.Alias("m", "a"), Of: claim.Alias("m", "a"), Owner: "x"},
		"tag":         {On: claim.Tag("m", 0, "k"), Of: claim.Tag("m", 0, "k"), Owner: "x", Single: true},
		"pointer":     pointing(1, registry.StageProduction),
		"its own tag": {On: claim.Tag("m", 0, "own"), Of: claim.Model("m"), Owner: "model"},
	}
	for name, thing := range things {
		for _, stored := range []bool{false, true} {
			for _, replaced := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s stored %t replaced %t", name, stored, replaced), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						thing.Stored = stored
						want := (stored || !replaced) && name != "its own tag"
						leaving := claim.Departure{On: claim.Model("m"), Deletes: true, Contents: true, Replaced: replaced}
						var before, after claim.Ledger
						before.Declare(thing)
						if _, others := before.LeaveModel(t.Context(), leaving); (len(others) > 0) != want {
							t.Errorf("before: %v", others)
						}
						after.LeaveModel(t.Context(), leaving)
						if met := after.Declare(thing); met.Ended != want {
							t.Errorf("after: %+v", met)
						}
					})
				})
			}
		}
	}
	synctest.Test(t, func(t *testing.T) { // Kept by another block, it does not end.
		var ledger claim.Ledger
		ledger.Declare(claim.Claim{On: claim.Model("m"), Of: claim.Model("m"), Owner: "model", Stored: true})
		ledger.Declare(things["alias"])
		if kept, others := ledger.LeaveModel(t.Context(), claim.Departure{On: claim.Model("m"), Contents: true}); !kept || len(others) > 0 {
			t.Errorf("kept %t, others %v", kept, others)
		}
		if met := ledger.Declare(things["tag"]); met.Ended {
			t.Error("a model that stays ended")
		}
	})
}

// destroys plans so many destroys, ten at a time, and returns how long that took.
func destroys(ledger *claim.Ledger, count int) time.Duration {
	began := time.Now()
	var walk claim.Walk
	var wait sync.WaitGroup
	slots := make(chan struct{}, 10)
	for number := range count {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			request(&walk, func(ctx context.Context) {
				ledger.Leave(ctx, claim.Departure{On: claim.Version(fmt.Sprint(number), 1), Stage: registry.StageProduction, Deletes: true})
			})
		})
	}
	wait.Wait()
	return time.Since(began)
}

// Who waits in vain does not make each of the next ones wait as long: ten at a time and a quarter of a second each would be 125 s. How
// many wait side by side is the scheduler's, so that the bounds are wide.
func TestManyDestroysWaitLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if took := destroys(&claim.Ledger{}, 5000); took > time.Second {
			t.Errorf("5,000 destroys and nothing else took %s", took)
		}
		var beside claim.Ledger
		beside.Declare(holding(1, registry.StageProduction))
		if took := destroys(&beside, 5000); took > 40*time.Second || took < time.Second {
			t.Errorf("5,000 destroys beside one that stays took %s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) { // The first that stays makes the next one wait as long as the first.
		var ledger claim.Ledger
		destroys(&ledger, 20)
		ledger.Declare(holding(1, registry.StageProduction))
		if took := destroys(&ledger, 1); took != 250*time.Millisecond {
			t.Errorf("waited %s", took)
		}
	})
}

// Where Terraform takes long between two requests, a wait is longer, up to a bound; the time in which requests wait for each other does
// not count as Terraform's.
func TestAWaitIsAsLongAsTerraformIsSlow(t *testing.T) {
	for pace, want := range map[time.Duration]time.Duration{
		time.Millisecond: 250 * time.Millisecond, 100 * time.Millisecond: 500 * time.Millisecond, time.Hour: 2 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			var walk claim.Walk
			var ledger claim.Ledger
			leave := func() time.Duration {
				began := time.Now()
				request(&walk, func(ctx context.Context) { ledger.Leave(ctx, claim.Departure{On: claim.Alias("m", "a")}) })
				return time.Since(began)
			}
			request(&walk, func(context.Context) {})
			time.Sleep(pace)
			request(&walk, func(context.Context) { time.Sleep(time.Minute) })
			if took := leave(); took != want {
				t.Errorf("pace %s: waited %s, want %s", pace, took, want)
			}
			ledger.Declare(holding(1, registry.StageProduction)) // The next one waits as long again, and no longer.
			if took := leave(); took != want {
				t.Errorf("pace %s: then waited %s, want %s", pace, took, want)
			}
		})
	}
}

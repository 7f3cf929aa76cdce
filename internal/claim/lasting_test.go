package claim_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// The first read after a write begins another walk for its model, once, however many come together; other models keep what was declared.
func TestTheFirstReadAfterAWriteBeginsAWalk(t *testing.T) {
	for range 200 {
		var ledger claim.Ledger
		for _, model := range []string{"m", "n"} {
			ledger.Reads(claim.Model(model))
			ledger.Declare(claim.Claim{On: claim.Model(model), Of: claim.Model(model), Owner: "model"})
		}
		ledger.Writes("m")
		var begun, stale atomic.Int32
		var wait sync.WaitGroup
		for number := range 8 {
			wait.Go(func() {
				begins, old := ledger.Reads(claim.Version("m", registry.Number(number+1))) //nolint:gosec // A small number.
				if begins {
					begun.Add(1)
				}
				if old {
					stale.Add(1)
				}
			})
		}
		wait.Wait()
		if begun.Load() != 1 || stale.Load() != 1 {
			t.Fatalf("%d began a walk, %d found what was read stale", begun.Load(), stale.Load())
		}
		if ledger.Declared(claim.Model("m")) || !ledger.Declared(claim.Model("n")) {
			t.Fatalf("declared: m %t, n %t", ledger.Declared(claim.Model("m")), ledger.Declared(claim.Model("n")))
		}
	}
}

// In a process that lasts, plans come again and again, without an apply in between.
func TestALastingLedger(t *testing.T) {
	alias, version := claim.Alias("m", "a"), claim.Version("m", 1)
	for _, lasting := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			first := claim.Ledger{Lasting: lasting}
			made := claim.Claim{On: alias, Of: alias, Owner: "alias", Value: "1"}
			first.Declare(made)
			if met := first.Declare(made); len(met.Rivals) == 0 != lasting {
				t.Errorf("lasting %t: planned again, it met %+v", lasting, met)
			}
			ledger := claim.Ledger{Lasting: lasting}
			ledger.Reads(alias)
			made.Stored = true
			ledger.Declare(made)
			begins, _ := ledger.Reads(alias)
			if begins != lasting {
				t.Errorf("lasting %t: a second read of one object begins a walk: %t", lasting, begins)
			}
			if ledger.Declared(alias) == lasting {
				t.Errorf("lasting %t: declared after the second read: %t", lasting, ledger.Declared(alias))
			}
			// A destroy that follows the plan of what is destroyed is not kept by that plan.
			ledger.Reads(version)
			ledger.Declare(claim.Claim{On: version, Of: version, Owner: "version", Stored: true, Version: 1})
			held := holding(1, registry.StageProduction)
			held.Stored = true
			ledger.Declare(held)
			if kept, _ := ledger.Leave(t.Context(), claim.Departure{On: version, Deletes: true}); kept == lasting {
				t.Errorf("lasting %t: a version was kept: %t", lasting, kept)
			}
		})
	}
}

// A version that has left its stage out since does not hold it any more.
func TestALastingLedgerTakesTheLastPlan(t *testing.T) {
	ledger := claim.Ledger{Lasting: true}
	itself := claim.Claim{On: claim.Version("m", 1), Of: claim.Version("m", 1), Owner: "version", Version: 1, Stored: true}
	ledger.Declare(itself)
	ledger.Declare(holding(1, registry.StageProduction))
	if !ledger.Staged("m", 1) {
		t.Error("its stage is not known")
	}
	ledger.Declare(itself)
	if ledger.Staged("m", 1) {
		t.Error("it holds the stage of an earlier plan")
	}
}

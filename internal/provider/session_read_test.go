package provider

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAfterwardsEndsSoonAfterACancellation(t *testing.T) {
	for name, early := range map[string]bool{"cancelled before": true, "cancelled meanwhile": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				parent, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				if early {
					interrupt()
				}
				ctx, cancel := afterwards(parent)
				defer cancel()
				if !early {
					time.Sleep(20 * time.Second)
					interrupt()
				}
				began := time.Now()
				time.Sleep(afterwardsGrace - time.Millisecond)
				if ctx.Err() != nil {
					t.Fatalf("ended %s after the cancellation", time.Since(began))
				}
				<-ctx.Done()
				if took := time.Since(began); took > afterwardsGrace {
					t.Errorf("ended %s after the cancellation", took)
				}
			})
		})
	}
}

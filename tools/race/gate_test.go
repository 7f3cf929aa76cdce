package main

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

func TestGate_holdsTheFirstTransitionUntilAllHaveCome(t *testing.T) {
	arrivals := make(chan string, 10)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrivals <- r.URL.Path
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer backend.Close()
	g, err := openGate(t.Context(), backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.close() }()
	send := func(racer, endpoint string) {
		response, err := http.Post(g.address(racer)+outside.APIPath+endpoint, "application/json", nil)
		if err != nil {
			t.Error(err)
			return
		}
		_ = response.Body.Close()
	}
	const transition = "model-versions/transition-stage"

	g.arm([]string{"a", "b", "c"}, true)
	var held sync.WaitGroup
	held.Go(func() { send("a", transition) })
	send("b", "model-versions/search") // Only transitions are held.
	if got, want := <-arrivals, outside.APIPath+"model-versions/search"; got != want {
		t.Errorf("%s was forwarded first, not %s", got, want)
	}
	held.Go(func() { send("b", transition) })
	select {
	case got := <-arrivals:
		t.Fatalf("%s was let through before all had come", got)
	case <-time.After(50 * time.Millisecond):
	}
	g.leave("c") // It ended without a transition.
	for range 2 {
		if got, want := <-arrivals, outside.APIPath+transition; got != want {
			t.Errorf("%s was forwarded, not %s", got, want)
		}
	}
	held.Wait()
	send("a", transition) // The second is not held.
	if seen := g.report(); seen.unavailable < 2 || seen.late {
		t.Errorf("the gate reports %d answers with 503, late %t", seen.unavailable, seen.late)
	}
}

package mlflow_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
)

// crowd is a server that keeps requests until as many as it waits for are there, and counts the most it had at once.
type crowd struct {
	enough    int32
	now, most atomic.Int32
	full      chan struct{}
	once      sync.Once
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	count := c.now.Add(1)
	defer c.now.Add(-1)
	for most := c.most.Load(); count > most && !c.most.CompareAndSwap(most, count); most = c.most.Load() {
	}
	if count >= c.enough {
		c.once.Do(func() { close(c.full) })
	}
	select {
	case <-c.full:
	case <-r.Context().Done():
	}
	says(200, aVersion)(w, r)
}

func TestNoMoreRequestsAtATimeThanAllowed(t *testing.T) {
	for _, limit := range []int{1, 3, 0} {
		allowed := limit
		if limit == 0 {
			allowed = mlflow.DefaultConcurrentRequests
		}
		// The server answers nobody before the limit is reached: fewer at a time than allowed would hang, more would be counted.
		server := &crowd{enough: int32(allowed), full: make(chan struct{})}
		address := httptest.NewServer(server)
		t.Cleanup(address.Close)
		client := connect(t, address.URL, func(c *mlflow.Config) { c.ConcurrentRequests = limit })
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() { must(t, reads(t.Context(), client)) })
		}
		all.Wait()
		if got := server.most.Load(); got != int32(allowed) {
			t.Errorf("%d requests at a time, want %d", got, allowed)
		}
	}
}

func TestWhoWaitsForAPlaceCanBeStopped(t *testing.T) {
	server := &crowd{enough: 2, full: make(chan struct{})}
	address := httptest.NewServer(server)
	t.Cleanup(address.Close)
	client := connect(t, address.URL, func(c *mlflow.Config) { c.ConcurrentRequests = 1 })
	first := make(chan error)
	go func() { first <- reads(t.Context(), client) }()
	for server.now.Load() == 0 {
		continue
	}
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() { second <- moves(ctx, client) }()
	cancel()
	wantInterrupted(t, <-second, context.Canceled, false)
	close(server.full)
	must(t, <-first)
}

package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// gate is a reverse proxy in front of the registry. Each racer has a path prefix of its own there. In a round that is
// lined up, the gate holds each racer's first transition until all have sent theirs, and lets them go at once:
// processes take a second to start, and a transition some milliseconds. In a round with faults, what was drawn happens to the
// racers' requests.
type gate struct {
	// URL is the gate's address, without a racer's prefix.
	URL string

	server *http.Server
	proxy  *httputil.ReverseProxy
	// patience is how long the gate holds those who have come for those who have not.
	patience time.Duration
	// lateness is for how long after a lost answer a client expects that its request may take effect.
	lateness time.Duration
	// pending are the requests that the registry is at work on, or is yet to get.
	pending sync.WaitGroup

	mutex   sync.Mutex
	awaited map[string]bool // racers that have not come yet
	open    chan struct{}
	due     []due
	counts  map[counter]int
	begun   time.Time
	seen    record
}

// counter is what the gate counts a racer's requests by.
type counter struct {
	racer string
	write bool
}

// record is what the gate has seen in a round.
type record struct {
	// unavailable is how often the registry answered 503.
	unavailable int
	// late says that somebody had to go without the others.
	late bool
	// overdue says that the registry did something longer after the answer was lost than a client expects.
	overdue bool
	// faults counts those that happened, by column.
	faults map[string]int
	// log has a line for each request.
	log []*line
}

func openGate(ctx context.Context, target string) (*gate, error) {
	backend, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{URL: "http://" + listener.Addr().String(), patience: time.Minute, lateness: time.Minute}
	g.proxy = &httputil.ReverseProxy{
		Transport:      &http.Transport{MaxIdleConnsPerHost: 32},
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(backend) },
		ModifyResponse: g.count,
	}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: time.Minute}
	go func() { _ = g.server.Serve(listener) }() // Ends with close.
	return g, nil
}

func (g *gate) close() error { return g.server.Close() }

// address is what a racer takes for the registry.
func (g *gate) address(racer string) string { return g.URL + "/" + racer }

// arm begins a round. Without lineUp everybody passes as they come.
func (g *gate) arm(racers []string, lineUp bool, faults ...due) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.awaited, g.open, g.begun = make(map[string]bool), make(chan struct{}), time.Now()
	g.due, g.counts, g.seen = faults, make(map[counter]int), record{faults: make(map[string]int)}
	if lineUp {
		for _, racer := range racers {
			g.awaited[racer] = true
		}
	}
	g.openIfComplete()
}

// leave says that a racer has ended: nobody need wait for it any more.
func (g *gate) leave(racer string) { g.arrive(racer) }

// report waits until the registry is through with all requests, and returns what the gate saw in this round.
func (g *gate) report() record {
	g.pending.Wait()
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.seen
}

// arrive notes that a racer has come, and returns what it has to wait for.
func (g *gate) arrive(racer string) <-chan struct{} {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	delete(g.awaited, racer)
	g.openIfComplete()
	return g.open
}

func (g *gate) openIfComplete() {
	if len(g.awaited) > 0 {
		return
	}
	select {
	case <-g.open:
	default:
		close(g.open)
	}
}

// ServeHTTP holds a racer's first transition, and forwards everything that no fault happens to.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	racer, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	r.URL.Path, r.URL.RawPath = "/"+path, ""
	sent, err := g.receive(racer, r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer g.pending.Done()
	if strings.HasSuffix(path, "model-versions/transition-stage") {
		g.hold(r.Context(), g.arrive(racer))
	}
	g.happen(w, r, sent)
}

func (g *gate) hold(ctx context.Context, open <-chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, g.patience)
	defer cancel()
	select {
	case <-open:
	case <-ctx.Done():
		g.mutex.Lock()
		defer g.mutex.Unlock()
		g.seen.late = g.seen.late || errors.Is(ctx.Err(), context.DeadlineExceeded)
	}
}

func (g *gate) count(response *http.Response) error {
	if response.StatusCode == http.StatusServiceUnavailable {
		g.mutex.Lock()
		defer g.mutex.Unlock()
		g.seen.unavailable++
	}
	return nil
}

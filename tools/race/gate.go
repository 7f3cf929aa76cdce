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
// processes take a second to start, and a transition some milliseconds.
type gate struct {
	// URL is the gate's address, without a racer's prefix.
	URL string

	server *http.Server
	proxy  *httputil.ReverseProxy

	mutex       sync.Mutex
	awaited     map[string]bool // racers that have not come yet
	open        chan struct{}
	unavailable int // answers with 503 in this round
	late        bool
}

// patience is how long the gate holds those who have come for those who have not.
const patience = time.Minute

func openGate(ctx context.Context, target string) (*gate, error) {
	backend, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{URL: "http://" + listener.Addr().String()}
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
func (g *gate) arm(racers []string, lineUp bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.awaited, g.open, g.unavailable, g.late = make(map[string]bool), make(chan struct{}), 0, false
	if lineUp {
		for _, racer := range racers {
			g.awaited[racer] = true
		}
	}
	g.openIfComplete()
}

// leave says that a racer has ended: nobody need wait for it any more.
func (g *gate) leave(racer string) { g.arrive(racer) }

// report returns how many 503 racers got in this round, and whether somebody had to go without the others.
func (g *gate) report() (unavailable int, late bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.unavailable, g.late
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

// ServeHTTP holds a racer's first transition, and forwards everything.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	racer, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	r.URL.Path, r.URL.RawPath = "/"+path, ""
	if strings.HasSuffix(path, "model-versions/transition-stage") {
		g.hold(r.Context(), g.arrive(racer))
	}
	g.proxy.ServeHTTP(w, r)
}

func (g *gate) hold(ctx context.Context, open <-chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-open:
	case <-ctx.Done():
		g.mutex.Lock()
		defer g.mutex.Unlock()
		g.late = g.late || errors.Is(ctx.Err(), context.DeadlineExceeded)
	}
}

func (g *gate) count(response *http.Response) error {
	if response.StatusCode == http.StatusServiceUnavailable {
		g.mutex.Lock()
		defer g.mutex.Unlock()
		g.unavailable++
	}
	return nil
}

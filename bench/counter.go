package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"
)

// counter is a reverse proxy on loopback that notes requests.
type counter struct {
	// URL is the proxy's address.
	URL    string
	server *http.Server

	mu     sync.Mutex
	served []served
}

// served is one request: what was asked for, from when to when, and the size of the answer.
type served struct {
	method, uri string
	began, took time.Duration // began counts from any moment, the same for all
	bytes       int64
}

func newCounter(ctx context.Context, target string) (*counter, error) {
	backend, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	start := time.Now()
	c := &counter{URL: "http://" + listener.Addr().String()}
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{MaxIdleConnsPerHost: 32},
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(backend) },
	}
	c.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, answer := served{method: r.Method, uri: r.URL.RequestURI(), began: time.Since(start)}, &sized{ResponseWriter: w}
		proxy.ServeHTTP(answer, r)
		request.took, request.bytes = time.Since(start)-request.began, answer.bytes
		c.mu.Lock()
		defer c.mu.Unlock()
		c.served = append(c.served, request)
	})}
	go func() { _ = c.server.Serve(listener) }() // Ends with close.
	return c, nil
}

// reset returns the requests since the last reset, in the order of their ends.
func (c *counter) reset() []served {
	c.mu.Lock()
	defer c.mu.Unlock()
	requests := c.served
	c.served = nil
	return requests
}

// sized counts what is answered.
type sized struct {
	http.ResponseWriter
	bytes int64
}

// Write counts and passes on.
func (s *sized) Write(content []byte) (int, error) {
	written, err := s.ResponseWriter.Write(content)
	s.bytes += int64(written)
	return written, err
}

// printRequests writes a line for each request of a run: when it began after the first one, how long it took, its answer and itself.
func printRequests(w io.Writer, run string, requests []served) {
	fmt.Fprintf(w, "%s: %d requests\n", run, len(requests))
	slices.SortFunc(requests, func(a, b served) int { return cmp.Compare(a.began, b.began) })
	for _, r := range requests {
		fmt.Fprintf(w, "%6d ms %+5d ms %8d bytes  %s %.4000s\n", (r.began - requests[0].began).Milliseconds(), r.took.Milliseconds(), r.bytes, r.method, r.uri)
	}
}

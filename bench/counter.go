package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// counter is a reverse proxy on loopback that counts requests.
type counter struct {
	// URL is the proxy's address.
	URL    string
	count  atomic.Int64
	server *http.Server
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
	c := &counter{URL: "http://" + listener.Addr().String()}
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{MaxIdleConnsPerHost: 32},
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(backend) },
	}
	c.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count.Add(1)
		proxy.ServeHTTP(w, r)
	})}
	go func() { _ = c.server.Serve(listener) }() // Ends with close.
	return c, nil
}

// reset returns the requests since the last reset.
func (c *counter) reset() int { return int(c.count.Swap(0)) }

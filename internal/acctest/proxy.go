package acctest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Proxy is a reverse proxy in front of a registry that records every request and, when told to, injects
// faults. It exists because a fault has no real part that could be used in tests: no server can be asked to
// lose just this answer. Everything that is not a fault goes to the real backend and comes back unchanged.
type Proxy struct {
	// URL is the proxy's own address: give it to the provider as tracking_uri.
	URL string

	target string
	client *http.Client

	mutex    sync.Mutex
	requests []*Request
	faults   []*fault
	hooks    []func(Request)
	ahead    time.Duration
}

// Request is one request as the proxy saw it.
type Request struct {
	// Method is the HTTP method.
	Method string
	// Path is the path, such as /api/2.0/mlflow/model-versions/create.
	Path string
	// Query is the raw query, without the question mark.
	Query string
	// Header is the request's header.
	Header http.Header
	// Body is the request's body.
	Body string
	// Forwarded is set when the request reached the backend, whatever became of the answer.
	Forwarded bool
	// Status is what the client was answered; 0 when it got no answer, or none yet.
	Status int
}

// Calls returns a match for requests whose path ends in the given endpoint, such as "model-versions/create".
func Calls(endpoint string) func(Request) bool {
	return func(request Request) bool { return strings.HasSuffix(request.Path, "/"+endpoint) }
}

// NewProxy starts a proxy in front of the server at target, such as a Registry's HTTP address. It stops when
// the test ends.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	p := &Proxy{
		target: strings.TrimRight(target, "/"),
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 32, DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	server := httptest.NewServer(p)
	p.URL = server.URL
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		p.client.CloseIdleConnections()
	})
	return p
}

// Requests returns every request so far, in the order of arrival.
func (p *Proxy) Requests() []Request {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	copies := make([]Request, 0, len(p.requests))
	for _, request := range p.requests {
		copies = append(copies, *request)
	}
	return copies
}

// Count returns how many of the requests so far match.
func (p *Proxy) Count(match func(Request) bool) int {
	return len(slices.DeleteFunc(p.Requests(), func(request Request) bool { return !match(request) }))
}

// Reset forgets the recorded requests, the faults still to come and the hooks.
func (p *Proxy) Reset() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.requests, p.faults, p.hooks = nil, nil, nil
}

// OnRequest adds a hook that runs before a request is forwarded, or its fault injected: for an outsider who
// acts at just that moment. It runs on the request's goroutine, so it must not end the test there (a method
// of Registry does on failure only), and requests that arrive together run it together.
func (p *Proxy) OnRequest(hook func(Request)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.hooks = append(p.hooks, hook)
}

// Ahead moves the server's clock forward, as the header Date tells it: what waits for a time that the server tells, such as the
// end of a lease, need not be waited for in a test.
func (p *Proxy) Ahead(by time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.ahead += by
}

// ServeHTTP records, then forwards or fails, one request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	record, hooks, kind := p.arrive(r, body)
	for _, hook := range hooks {
		hook(p.snapshot(record))
	}
	kind(&exchange{proxy: p, record: record, incoming: r, body: body, writer: w})
}

// arrive records a request and takes the fault that is due for it.
func (p *Proxy) arrive(r *http.Request, body []byte) (*Request, []func(Request), FaultKind) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	record := &Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: string(body),
	}
	p.requests = append(p.requests, record)
	return record, slices.Clone(p.hooks), p.takeFault(*record)
}

func (p *Proxy) snapshot(record *Request) Request {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return *record
}

// exchange is one request under way and the means to answer it.
type exchange struct {
	proxy    *Proxy
	record   *Request
	incoming *http.Request
	body     []byte
	writer   http.ResponseWriter
}

// reply is the backend's whole answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// forward sends the request to the backend and returns its whole answer, whether or not the client still
// waits for it. When the backend does not answer, neither does the proxy.
func (x *exchange) forward() reply {
	address := x.proxy.target + x.incoming.URL.RequestURI()
	lasting := context.WithoutCancel(x.incoming.Context())
	outgoing, err := http.NewRequestWithContext(lasting, x.incoming.Method, address, bytes.NewReader(x.body))
	if err != nil {
		x.drop()
	}
	outgoing.Header = x.incoming.Header.Clone()
	outgoing.Host = x.incoming.Host
	response, err := x.proxy.client.Do(outgoing)
	if err != nil {
		x.drop()
	}
	defer func() { _ = response.Body.Close() }()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		x.drop()
	}
	x.proxy.mutex.Lock()
	defer x.proxy.mutex.Unlock()
	x.record.Forwarded = true
	return reply{status: response.StatusCode, header: response.Header, body: received}
}

// answer sends a status, headers and a body to the client.
func (x *exchange) answer(with reply) {
	x.proxy.mutex.Lock()
	x.record.Status = with.status
	ahead := x.proxy.ahead
	x.proxy.mutex.Unlock()
	if ahead > 0 {
		if with.header == nil {
			with.header = make(http.Header)
		}
		with.header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	}
	for key, values := range with.header {
		x.writer.Header()[key] = values
	}
	x.writer.WriteHeader(with.status)
	_, _ = x.writer.Write(with.body)
}

// drop closes the client's connection without an answer, or in the middle of one.
func (x *exchange) drop() { panic(http.ErrAbortHandler) }

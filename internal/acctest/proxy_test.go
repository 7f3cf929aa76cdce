package acctest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// echoBackend answers every request with its method, path and body, and counts them.
func echoBackend(t *testing.T) (address string, served *atomic.Int32) {
	t.Helper()
	served = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Backend", "echo")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.RequestURI()+" "+string(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, served
}

// post sends a request on a connection of its own, so that Go's client does not repeat it.
func post(t *testing.T, address, body string) (*http.Response, string, error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	received, err := io.ReadAll(response.Body)
	return response, string(received), err
}

func TestProxyForwardsUnchangedAndRecords(t *testing.T) {
	backend, _ := echoBackend(t)
	proxy := NewProxy(t, backend)
	response, body, err := post(t, proxy.URL+"/api/a%20b?q=1%2F2", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusTeapot || response.Header.Get("X-Backend") != "echo" || body != "POST /api/a%20b?q=1%2F2 hello" {
		t.Errorf("got %d %q %q", response.StatusCode, response.Header, body)
	}
	requests := proxy.Requests()
	if len(requests) != 1 {
		t.Fatalf("recorded %d requests, want 1", len(requests))
	}
	got := requests[0]
	if got.Method != http.MethodPost || got.Path != "/api/a b" || got.Query != "q=1%2F2" || got.Body != "hello" ||
		got.Status != http.StatusTeapot || !got.Forwarded {
		t.Errorf("recorded %+v", got)
	}
	if proxy.Count(Calls("a b")) != 1 || proxy.Count(Calls("b")) != 0 {
		t.Error("Count with Calls is wrong")
	}
	proxy.Reset()
	if len(proxy.Requests()) != 0 {
		t.Error("Reset did not forget the requests")
	}
}

func TestProxyFaults(t *testing.T) {
	for name, test := range map[string]struct {
		kind      FaultKind
		status    int
		body      string
		forwarded bool
		fails     error
	}{
		"drop before":  {kind: DropBefore, fails: io.EOF},
		"drop after":   {kind: DropAfter, fails: io.EOF, forwarded: true},
		"half body":    {kind: HalfBody, fails: io.ErrUnexpectedEOF, forwarded: true, status: http.StatusTeapot},
		"html":         {kind: HTML, status: 200, body: "<!doctype html>"},
		"status":       {kind: Status(503, map[string]string{"Retry-After": "1"}, "busy"), status: 503, body: "busy"},
		"status after": {kind: StatusAfter(504, nil, "late"), status: 504, body: "late", forwarded: true},
		"delay":        {kind: Delay(time.Millisecond), status: http.StatusTeapot, body: "POST /x sent", forwarded: true},
		"delay after":  {kind: DelayAfter(time.Millisecond), status: http.StatusTeapot, body: "POST /x sent", forwarded: true},
	} {
		t.Run(name, func(t *testing.T) {
			backend, served := echoBackend(t)
			proxy := NewProxy(t, backend)
			proxy.Fault(Calls("x"), test.kind, 1)
			_, body, err := post(t, proxy.URL+"/x", "sent")
			if !errors.Is(err, test.fails) || test.fails == nil && err != nil {
				t.Fatalf("error %v, want %v", err, test.fails)
			}
			if test.fails == nil && !strings.HasPrefix(body, test.body) {
				t.Errorf("body %q, want %q", body, test.body)
			}
			got := proxy.Requests()[0]
			if got.Status != test.status || got.Forwarded != test.forwarded || (served.Load() == 1) != test.forwarded {
				t.Errorf("status %d, forwarded %v, served %d; want %d, %v", got.Status, got.Forwarded, served.Load(),
					test.status, test.forwarded)
			}
			if response, _, err := post(t, proxy.URL+"/x", "sent"); err != nil || response.StatusCode != http.StatusTeapot {
				t.Errorf("after the fault was spent: %v, %v", response, err)
			}
		})
	}
}

func TestProxyFaultsInOrderAndForEver(t *testing.T) {
	backend, _ := echoBackend(t)
	proxy := NewProxy(t, backend)
	proxy.Fault(Calls("x"), Status(500, nil, ""), 1)
	proxy.Fault(Calls("x"), Status(503, nil, ""), -1)
	for i, want := range []int{500, 503, 503, 503} {
		if response, _, err := post(t, proxy.URL+"/x", ""); err != nil || response.StatusCode != want {
			t.Errorf("request %d: %v, %v; want %d", i, response, err, want)
		}
	}
	if response, _, err := post(t, proxy.URL+"/y", ""); err != nil || response.StatusCode != http.StatusTeapot {
		t.Errorf("a request that does not match: %v, %v", response, err)
	}
}

func TestProxyHookRunsBeforeTheBackendIsAsked(t *testing.T) {
	backend, served := echoBackend(t)
	proxy := NewProxy(t, backend)
	before := int32(-1)
	proxy.OnRequest(func(request Request) {
		if Calls("x")(request) {
			before = served.Load()
		}
	})
	if _, _, err := post(t, proxy.URL+"/x", ""); err != nil {
		t.Fatal(err)
	}
	if before != 0 || served.Load() != 1 {
		t.Errorf("the backend had served %d requests when the hook ran, and %d in the end", before, served.Load())
	}
}

func TestProxyDelayTakesTheRequestBackWhenTheClientGivesUp(t *testing.T) {
	backend, served := echoBackend(t)
	proxy := NewProxy(t, backend)
	proxy.Fault(Calls("x"), Delay(time.Minute), 1)
	client := &http.Client{Timeout: 50 * time.Millisecond}
	if response, err := client.Post(proxy.URL+"/x", "text/plain", nil); err == nil {
		_ = response.Body.Close()
		t.Fatalf("answered %d, want a time-out", response.StatusCode)
	}
	if served.Load() != 0 || proxy.Requests()[0].Forwarded {
		t.Error("the backend heard of a request that the client had given up")
	}
}

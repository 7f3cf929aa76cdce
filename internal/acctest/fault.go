package acctest

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind is something that can happen to a request instead of an undisturbed answer. Go's own HTTP client
// repeats a GET whose kept-alive connection was closed: inject a dropped read more than once, or match a write.
type FaultKind func(*exchange)

// fault is a kind that is to happen to the next matching requests.
type fault struct {
	match func(Request) bool
	kind  FaultKind
	times int
}

// Fault makes the next requests that match suffer the fault: as many as times says, or all of them if it is
// negative. When several faults match one request the one added first happens.
func (p *Proxy) Fault(match func(Request) bool, kind FaultKind, times int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.faults = append(p.faults, &fault{match: match, kind: kind, times: times})
}

// takeFault returns what is to happen to a request. The caller holds the mutex.
func (p *Proxy) takeFault(request Request) FaultKind {
	for _, due := range p.faults {
		if due.times == 0 || !due.match(request) {
			continue
		}
		if due.times > 0 {
			due.times--
		}
		return due.kind
	}
	return undisturbed
}

// undisturbed is what happens when no fault is due.
func undisturbed(x *exchange) {
	x.answer(x.forward())
}

// DropBefore closes the connection before the backend hears of the request.
func DropBefore(x *exchange) { x.drop() }

// DropAfter lets the backend do the work and loses its answer.
func DropAfter(x *exchange) {
	x.forward()
	x.drop()
}

// HalfBody lets the backend do the work and breaks the connection in the middle of the answer's body.
func HalfBody(x *exchange) {
	whole := x.forward()
	whole.header.Set("Content-Length", strconv.Itoa(len(whole.body)))
	whole.body = whole.body[:len(whole.body)/2]
	x.answer(whole)
	_ = http.NewResponseController(x.writer).Flush()
	x.drop()
}

// HTML answers 200 with a web page, as a login page or another service in front of the registry does; the
// backend hears nothing.
func HTML(x *exchange) {
	x.answer(reply{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		body:   []byte("<!doctype html><html><body><h1>Sign in</h1></body></html>"),
	})
}

// Delay answers undisturbed, but forwards the request that much later. A client that gives up earlier takes
// the request back: the backend does not hear of it.
func Delay(pause time.Duration) FaultKind {
	return func(x *exchange) {
		x.wait(pause)
		undisturbed(x)
	}
}

// DelayAfter lets the backend do the work at once and holds its answer back that long.
func DelayAfter(pause time.Duration) FaultKind {
	return func(x *exchange) {
		held := x.forward()
		x.wait(pause)
		x.answer(held)
	}
}

// wait pauses, or breaks off when the client has gone.
func (x *exchange) wait(pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.incoming.Context().Done():
		x.drop()
	}
}

// Status answers with a status, headers and a body of the test's choice; the backend hears nothing.
func Status(code int, header map[string]string, body string) FaultKind {
	return func(x *exchange) { x.answer(reply{status: code, header: toHeader(header), body: []byte(body)}) }
}

// StatusAfter lets the backend do the work and then answers with a status, headers and a body of the test's
// choice, as a gateway does that lost patience.
func StatusAfter(code int, header map[string]string, body string) FaultKind {
	return func(x *exchange) {
		x.forward()
		x.answer(reply{status: code, header: toHeader(header), body: []byte(body)})
	}
}

// Rewrite lets the backend do the work and replaces text in the body of its answer: for what a real server
// says too rarely to be waited for, such as a version that is not READY.
func Rewrite(old, replacement string) FaultKind {
	return func(x *exchange) {
		whole := x.forward()
		whole.body = bytes.ReplaceAll(whole.body, []byte(old), []byte(replacement))
		whole.header.Del("Content-Length")
		x.answer(whole)
	}
}

// RewriteRequest replaces text in the body of the request before the backend gets it: for a server that does
// not know, and so ignores, something that is asked of it.
func RewriteRequest(old, replacement string) FaultKind {
	return func(x *exchange) {
		x.body = bytes.ReplaceAll(x.body, []byte(old), []byte(replacement))
		undisturbed(x)
	}
}

func toHeader(values map[string]string) http.Header {
	header := http.Header{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		header.Set(key, values[key])
	}
	return header
}

package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// attemptTransport makes one attempt: bounded in time, its answer read whole into memory, and its error
// marked with whether the request may have reached the server. It is the innermost part of the chain.
type attemptTransport struct {
	next    http.RoundTripper
	timeout time.Duration
	bounds  bounds
	clock   *serverClock
}

// attemptError is an attempt that brought no whole answer.
type attemptError struct {
	// sent is set unless it is certain that the server has seen nothing of the request.
	sent bool
	// permanent is set when another attempt would fail alike.
	permanent bool
	// status is the HTTP status when the answer began; else 0.
	status int
	// fault is what exactly went wrong, where that can be told.
	fault registry.Fault
	cause error
}

func (e *attemptError) Error() string { return e.cause.Error() }

// Unwrap gives the cause. A time limit of one attempt never shows as context.DeadlineExceeded, which stands
// for the caller's own limit.
func (e *attemptError) Unwrap() error { return e.cause }

// RoundTrip sends the request once.
func (t *attemptTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	outer := request.Context()
	ctx, cancel := context.WithTimeout(outer, t.timeout)
	defer cancel()
	connection := &connectionTrace{}
	response, err := t.next.RoundTrip(request.WithContext(httptrace.WithClientTrace(ctx, connection.hooks())))
	if err != nil {
		fault := faultOf(err)
		failure := &attemptError{sent: !connection.certainlyUnused(err), permanent: permanent(err, fault), fault: fault, cause: err}
		if fault == registry.FaultClientCertificate { // the handshake was not through: TLS 1.3 tells the client late
			failure.sent = false
		}
		return nil, t.timed(outer, ctx, failure)
	}
	t.clock.hear(response.Header)
	body, err := t.bounds.read(response)
	_ = response.Body.Close()
	failure := &attemptError{sent: true, status: response.StatusCode, fault: registry.FaultBrokenOff}
	switch {
	case errors.Is(err, errTooLong):
		failure.permanent, failure.fault, failure.cause = true, registry.FaultTooLong, err
		return nil, failure
	case err != nil:
		failure.cause = fmt.Errorf("the answer broke off after %d bytes: %w", len(body), err)
		return nil, t.timed(outer, ctx, failure)
	}
	response.Body = newWholeBody(body)
	return response, nil
}

// timed replaces the cause when the attempt's own time limit, not the caller's context, is what ended it.
func (t *attemptTransport) timed(outer, inner context.Context, failure *attemptError) error {
	if outer.Err() == nil && inner.Err() != nil {
		failure.permanent, failure.fault = false, registry.FaultTimeout
		failure.cause = fmt.Errorf("no whole answer within %s (the request timeout)", t.timeout)
	}
	return failure
}

// connectionTrace follows how far net/http got. An in-process transport calls none of its hooks.
type connectionTrace struct{ asked, got atomic.Bool }

func (t *connectionTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(true) },
	}
}

// certainlyUnused says whether no connection carried the request: none could be made, or none in time.
func (t *connectionTrace) certainlyUnused(err error) bool {
	if t.got.Load() {
		return false
	}
	if t.asked.Load() {
		return true
	}
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "dial"
}

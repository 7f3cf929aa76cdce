package mlflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// finish turns the last answer of a call into its result.
func (c *call) finish(response *http.Response, body []byte, into answer) error {
	status := response.StatusCode
	if succeeded(status) {
		if err := decode(body, into); err != nil {
			return &registry.Error{
				Kind: registry.ErrNotMLflow, Status: status, Operation: c.operation(), Unknown: c.write(),
				Message: fmt.Sprintf("%s (%v): %s", notMLflow, err, c.readable(response, body)), Fault: strangerFault(body),
			}
		}
		return nil
	}
	failure := c.answered(response, body)
	if c.repetition == removal && c.unclear && errors.Is(failure, registry.ErrNotFound) {
		return nil // an earlier attempt, whose answer was lost, or somebody else has removed it
	}
	failure.Unknown = failure.Unknown || c.unclear
	return failure
}

// succeeded takes 201 and 202 as well, with which registries of another make answer creations.
func succeeded(status int) bool {
	switch status {
	case http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent:
		return true
	}
	return false
}

const notMLflow = "the server answers, but not as MLflow's registry API: check tracking_uri"

func decode(body []byte, into answer) error {
	if text, ok := into.(*textAnswer); ok {
		return text.complete(body)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}") // as MLflow's Python client reads an empty 200
	}
	if bytes.TrimSpace(body)[0] != '{' {
		return errors.New("the answer is not a JSON object")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer can't be read: %w", err)
	}
	return into.complete(body)
}

// answered describes an answer other than success.
func (c *call) answered(response *http.Response, body []byte) *registry.Error {
	failure := &registry.Error{Status: response.StatusCode, Operation: c.operation()}
	if wait, ok := retryAfter(response.Header); ok && !c.ignoreRetryAfter {
		failure.RetryAfter = wait
	}
	said := readErrorBody(body)
	failure.Code = said.code
	switch {
	case said.message != "":
		failure.Message = c.secrets.Line(said.message)
	case said.code != "":
		failure.Message = "(no message)"
	default:
		failure.Message = c.readable(response, body)
	}
	if failure.Kind = kindByCode[failure.Code]; failure.Kind == nil {
		failure.Kind = kindByStatus(failure.Status)
	}
	if errors.Is(failure.Kind, registry.ErrPermissionDenied) {
		failure.Needs = needed[c.operation()]
	}
	if errors.Is(failure.Kind, registry.ErrNotMLflow) {
		failure.Message = notMLflow + ": " + failure.Message
		failure.Fault = strangerFault(body)
	}
	if fault := c.answerFault(response, body); fault != "" {
		failure.Fault = fault
	}
	failure.Unknown = c.write() && (unclearStatus(failure.Status) || said.code == "" && failure.Fault == "" && refusesContent(failure.Status))
	return failure
}

// failed describes a call without a whole answer.
func (c *call) failed(err error) error {
	failure := c.lost(err)
	failure.Unknown = failure.Unknown || c.unclear
	return failure
}

// noLocation is in net/http's error about a redirect whose address is none; it has no type for it.
const noLocation = "failed to parse Location header"

// lost describes an attempt without a whole answer.
func (c *call) lost(err error) *registry.Error {
	err = withoutURL(err)
	failure := &registry.Error{Operation: c.operation(), Message: err.Error()}
	var redirect *redirectError
	var attempt *attemptError
	switch {
	case errors.Is(err, registry.ErrStorage): // an in-process transport says that it can't use its file
		failure.Kind = registry.ErrStorage
	case errors.As(err, &redirect):
		failure.Kind, failure.Status, failure.Fault = registry.ErrNotMLflow, redirect.status, redirect.fault
	case errors.As(err, &attempt):
		failure.Status, failure.Fault = attempt.status, attempt.fault
		failure.Unknown = c.write() && attempt.sent
		failure.Kind = registry.ErrUnavailable
		if !attempt.sent {
			failure.Kind = registry.ErrUnreachable
		}
		switch attempt.fault {
		case registry.FaultCredentialCommand, registry.FaultProxyCredentials:
			failure.Kind = registry.ErrUnauthenticated
		case registry.FaultNotHTTP, registry.FaultHTTPS:
			failure.Kind = registry.ErrNotMLflow
		}
	case strings.Contains(failure.Message, noLocation): // Its words hold the address, with what stands in its query.
		failure.Kind, failure.Fault = registry.ErrNotMLflow, registry.FaultRedirect
		failure.Message = "the server redirects to an address that cannot be read"
	default: // the request could not even be tried
		failure.Kind = registry.ErrUnreachable
	}
	return failure
}

// interrupted describes a call that its context ended, with what the last attempt came to.
func (c *call) interrupted(cause error) error {
	failure := &registry.Error{
		Kind: registry.ErrUnreachable, Operation: c.operation(), Unknown: c.unclear,
		Message: fmt.Sprintf("stopped before it was sent: %v", cause),
	}
	if c.attempts > 0 {
		failure.Kind = registry.ErrUnavailable
		failure.Message = fmt.Sprintf("stopped after %d attempt(s) without an answer: %v", c.attempts, cause)
	}
	if c.last != nil {
		failure.Kind, failure.Code, failure.Status, failure.Fault = c.last.Kind, c.last.Code, c.last.Status, c.last.Fault
		failure.RetryAfter = c.last.RetryAfter
		failure.Message = fmt.Sprintf("%s (stopped after %d attempt(s): %v)", c.last.Message, c.attempts, cause)
	}
	return &stoppedError{answer: failure, cause: cause}
}

// stoppedError is a registry.Error that a context caused: errors.Is sees both.
type stoppedError struct {
	answer *registry.Error
	cause  error
}

func (e *stoppedError) Error() string { return e.answer.Error() }

// Unwrap lets errors.As find the *registry.Error and errors.Is the error of the context.
func (e *stoppedError) Unwrap() []error { return []error{e.answer, e.cause} }

// withoutURL takes off the *url.Error that net/http puts around an error: the URL adds nothing to the operation.
func withoutURL(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}

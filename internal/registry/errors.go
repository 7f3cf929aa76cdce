package registry

import (
	"errors"
	"fmt"
	"time"
)

// What can go wrong in a registry, whichever server answers. Test with errors.Is.
var (
	// ErrNotFound: the model, version, tag or alias does not exist (RESOURCE_DOES_NOT_EXIST).
	ErrNotFound = errors.New("not found")
	// ErrAlreadyExists: the name is taken (RESOURCE_ALREADY_EXISTS).
	ErrAlreadyExists = errors.New("already exists")
	// ErrOtherSpelling: the registry has the object under a name that it takes for the one asked for, and that is written
	// otherwise: in other letter case, with other blanks at its end, in another Unicode form. The message names the registry's.
	ErrOtherSpelling = errors.New("spelled otherwise in the registry")
	// ErrInvalid: the registry refuses a value (INVALID_PARAMETER_VALUE).
	ErrInvalid = errors.New("invalid value")
	// ErrUnauthenticated: no or wrong credentials (401).
	ErrUnauthenticated = errors.New("not authenticated")
	// ErrPermissionDenied: the credentials lack a right (403).
	ErrPermissionDenied = errors.New("permission denied")
	// ErrUnsupported: the server lacks a feature, as one before the version of MLflow that has it does.
	ErrUnsupported = errors.New("not supported by the server")
	// ErrNotMLflow: what answers does not speak MLflow's registry API (an HTML 404, another service's page).
	ErrNotMLflow = errors.New("not an MLflow registry")
	// ErrUnreachable: no connection could be made; nothing was sent.
	ErrUnreachable = errors.New("unreachable")
	// ErrUnavailable: the server answered that it cannot serve now (429, 502, 503, 504), also after retries.
	ErrUnavailable = errors.New("unavailable")
	// ErrInternal: the server failed (500 and what fits nowhere else).
	ErrInternal = errors.New("internal error")
	// ErrStorage: the file of an embedded registry cannot be used (missing folder, read-only, corrupt).
	ErrStorage = errors.New("storage error")
	// ErrOutcomeUnknown marks a write that may or may not have taken effect: the answer was lost, timed out,
	// or was a server error after the request had been sent. It comes together with one of the others.
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// Error is what a registry answered to one request.
type Error struct {
	// Kind is one of the sentinels of this package.
	Kind error
	// Code is the error_code of the answer, such as RESOURCE_DOES_NOT_EXIST; empty if the answer had none.
	Code string
	// Needs is the permission that the credentials lack, where the registry's rules tell; else empty.
	Needs Permission
	// Status is the HTTP status; 0 when no answer came.
	Status int
	// Operation names the request, such as "POST model-versions/create". It holds no host and no secret.
	Operation string
	// Message is the server's own text, or what went wrong on the way to it.
	Message string
	// Unknown is set when a write may or may not have taken effect; errors.Is(err, ErrOutcomeUnknown) reports it.
	Unknown bool
	// RetryAfter is how long the server asks to wait before the request is sent again (the header Retry-After, RFC 9110,
	// 10.2.3), however long that is; 0 when it does not say, and where the settings tell not to heed it.
	RetryAfter time.Duration
	// Fault is what exactly went wrong, where that can be told; else empty.
	Fault Fault
}

// Error says what was asked, what came back and the original message.
func (e *Error) Error() string {
	switch {
	case e.Status != 0 && e.Code != "":
		return fmt.Sprintf("%s answered %d %s: %s", e.Operation, e.Status, e.Code, e.Message)
	case e.Status != 0:
		return fmt.Sprintf("%s answered %d: %s", e.Operation, e.Status, e.Message)
	default:
		return fmt.Sprintf("%s: %s", e.Operation, e.Message)
	}
}

// Is makes errors.Is see the kind, and ErrOutcomeUnknown when the outcome is unknown.
func (e *Error) Is(target error) bool {
	return target == e.Kind || (e.Unknown && target == ErrOutcomeUnknown)
}

package mlflow

import (
	"net/http"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// kindByCode maps the error_code of an answer (mlflow/exceptions.py, ERROR_CODE_TO_HTTP_STATUS).
var kindByCode = map[string]error{
	"RESOURCE_DOES_NOT_EXIST": registry.ErrNotFound,
	"NOT_FOUND":               registry.ErrNotFound,
	"RESOURCE_ALREADY_EXISTS": registry.ErrAlreadyExists,
	"ALREADY_EXISTS":          registry.ErrAlreadyExists,
	"INVALID_PARAMETER_VALUE": registry.ErrInvalid,
	"BAD_REQUEST":             registry.ErrInvalid,
	"UNAUTHENTICATED":         registry.ErrUnauthenticated,
	"CUSTOMER_UNAUTHORIZED":   registry.ErrUnauthenticated,
	"PERMISSION_DENIED":       registry.ErrPermissionDenied,
	"FEATURE_DISABLED":        registry.ErrUnsupported,
	"ENDPOINT_NOT_FOUND":      registry.ErrNotMLflow,
	"TEMPORARILY_UNAVAILABLE": registry.ErrUnavailable,
	"DEADLINE_EXCEEDED":       registry.ErrUnavailable,
	"REQUEST_LIMIT_EXCEEDED":  registry.ErrUnavailable,
	"RESOURCE_EXHAUSTED":      registry.ErrUnavailable,
}

// Statuses of Cloudflare, which stand for a server behind it that cannot be reached, does not answer in time or breaks off
// (developers.cloudflare.com, "5xx errors").
const (
	statusUnknownError = 520
	statusOriginTLS    = 524
)

func kindByStatus(status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong,
		http.StatusUnprocessableEntity, http.StatusRequestHeaderFieldsTooLarge:
		return registry.ErrInvalid
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		return registry.ErrUnauthenticated
	case http.StatusForbidden:
		return registry.ErrPermissionDenied
	}
	// MLflow's own 404 has an error_code. Without one, as with 405, 410 or a 3xx, it is another service or path, unless the
	// server is known to be a registry (missing.go).
	switch {
	case status == http.StatusTooManyRequests || passes(status):
		return registry.ErrUnavailable
	case status < 500:
		return registry.ErrNotMLflow
	}
	return registry.ErrInternal
}

// passes says whether a status stands for a failure on the way to the server that passes by itself.
func passes(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return status >= statusUnknownError && status <= statusOriginTLS
}

// refusesContent says whether a status refuses what a request asks for. Without MLflow's error_code the words are somebody else's, of a
// proxy say, who may have failed at MLflow's answer: then the request may have been done all the same.
func refusesContent(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusConflict || status == http.StatusUnprocessableEntity
}

// unclearStatus says whether a write answered with status may have been done: the server, or a proxy before it, failed on the way.
func unclearStatus(status int) bool {
	return passes(status) || status >= 500 && status != http.StatusNotImplemented
}

package handover

import (
	"errors"
	"net/http"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// lateCommit is for how long after a lost answer its request may still take effect. gunicorn, MLflow's server up to 2.x,
// ends a worker after 30 s (its default), and gateways give up on a slower server after a minute as a rule, of which this is
// what is left. A server that is slower is beyond what a client can know.
const lateCommit = 30 * time.Second

// unclear reports whether a write may have taken effect although it failed, or may do so when it is sent again.
func unclear(err error) bool {
	return errors.Is(err, registry.ErrOutcomeUnknown) || errors.Is(err, registry.ErrUnavailable)
}

// mayBeLate reports whether a write without an answer may still take effect: its answer was lost, or a gateway gave up
// waiting for it. A server that answered, with 500 or 503 too, is through with the request.
func mayBeLate(err error) bool {
	if !errors.Is(err, registry.ErrOutcomeUnknown) {
		return false
	}
	answered, ok := errors.AsType[*registry.Error](err)
	if !ok {
		return true
	}
	switch answered.Status {
	case 0, http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	}
	return answered.Status >= 520 && answered.Status <= 524 // Of content delivery networks.
}

// creationMayBeLate is mayBeLate for the registration of a version, which must not be done twice: only an answer of
// MLflow's own, with an error_code, shows that the server itself is through. A 500 or 503 without one may be a proxy's, whose
// server is still at work.
func creationMayBeLate(err error) bool {
	answered, ok := errors.AsType[*registry.Error](err)
	return mayBeLate(err) || errors.Is(err, registry.ErrOutcomeUnknown) && (!ok || answered.Code == "")
}

// retryAfter returns how long the server asked to wait before the next request; 0 if it did not.
func retryAfter(err error) time.Duration {
	if answered, ok := errors.AsType[*registry.Error](err); ok {
		return answered.RetryAfter
	}
	return 0
}

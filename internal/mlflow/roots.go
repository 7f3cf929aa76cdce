package mlflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// roots knows under which path a server has its API. It is /api below the address. But an MLflow server that is started with
// --static-prefix had it at /api of its host only, until March 2026 (tried with 2.22.4), and below the prefix at /ajax-api, where
// its own page asks. An address with a path, under which /api is not there, is asked for that as well.
type roots struct {
	// plain says that the address has no path, so that there is nothing to find out.
	plain bool
	found atomic.Int32
}

// What roots has found out.
const (
	rootUnknown int32 = iota
	rootAPI
	rootAjax
)

func newRoots(base *url.URL) *roots {
	return &roots{plain: strings.Trim(base.Path, "/") == ""}
}

// address returns where endpoint is: below version 2.0 of the API, or with a leading slash below the server's own address.
func (c *Client) address(endpoint string) *url.URL {
	path, below := strings.CutPrefix(endpoint, "/")
	if !below {
		path = "api/2.0/mlflow/" + endpoint
	}
	if rest, api := strings.CutPrefix(path, "api/"); api && c.roots.found.Load() == rootAjax {
		path = "ajax-api/" + rest
	}
	return c.base.JoinPath(path)
}

// carryOutSomewhere makes a call at the root that the server has.
func (c *Client) carryOutSomewhere(ctx context.Context, current *call, query url.Values, body any, answer answer) error {
	known := c.roots.plain || c.roots.found.Load() != rootUnknown
	err := c.carryOut(ctx, current, query, body, answer)
	if known || !current.tellsRoot() {
		return err
	}
	if !isElsewhere(err) {
		if answered(err) {
			c.roots.found.CompareAndSwap(rootUnknown, rootAPI)
		}
		return err
	}
	if c.roots.found.Load() == rootAPI { // Another call has found out meanwhile.
		return err
	}
	// A path that the server does not know has done nothing: a write may be sent to the other.
	other := &call{
		id: current.id, method: current.method, endpoint: current.endpoint, repetition: current.repetition,
		ignoreRetryAfter: current.ignoreRetryAfter, secrets: current.secrets,
	}
	there := &Client{base: c.base, http: c.http, roots: &roots{}}
	there.roots.found.Store(rootAjax)
	if otherErr := there.carryOut(ctx, other, query, body, answer); !isElsewhere(otherErr) && answered(otherErr) {
		c.roots.found.CompareAndSwap(rootUnknown, rootAjax)
		return otherErr
	}
	return err
}

// tellsRoot says whether an answer to the call tells where the API is: the call is of the API, and not one which servers may lack
// anyway.
func (c *call) tellsRoot() bool {
	return c.endpoint[0] != '/' || strings.HasPrefix(c.endpoint, "/api/") && c.repetition != probe
}

// isElsewhere says whether an answer is that of a server which does not know the path: a page, and not MLflow's own words.
func isElsewhere(err error) bool {
	failure, ok := errors.AsType[*registry.Error](err)
	return ok && errors.Is(failure.Kind, registry.ErrNotMLflow) && failure.Status == http.StatusNotFound
}

// answered says whether MLflow's API answered: with a result, an error of its own, or because it takes another method there.
func answered(err error) bool {
	failure, ok := errors.AsType[*registry.Error](err)
	return err == nil || ok && (failure.Code != "" || failure.Status == http.StatusMethodNotAllowed)
}

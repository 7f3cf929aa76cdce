package mlflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// repetition says what may be done when the outcome of an attempt is unclear.
type repetition int

const (
	// read changes nothing: repeat it.
	read repetition = iota
	// probe is a read that asks whether an endpoint is there. A 500 may be its lasting answer: do not repeat that.
	probe
	// repeatable is a write whose repetition finds the work done, and which says what the object is to be, whoever was there
	// in between: repeat it.
	repeatable
	// removal is a repeatable write that a repetition may find gone: that is success.
	removal
	// once is a write that must not be sent after somebody else's change without another look: it would be done twice, or
	// undo that change. Repeat it only when it certainly was not done: no connection could be made, or 429.
	once
)

// call is one request with all its attempts. It travels in the context to the retry policy and the log.
type call struct {
	id         string
	method     string
	endpoint   string
	repetition repetition

	ignoreRetryAfter bool
	credentials      bool // the request carried some
	secrets          *redact.Secrets

	attempts int
	dials    int             // attempts that could not connect
	unclear  bool            // an attempt may have reached the server without our learning what it did
	last     *registry.Error // what the last attempt came to, for the message when the context ends
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	current, _ := ctx.Value(callKey{}).(*call)
	return current
}

// operation names the request without host, query or secret.
func (c *call) operation() string { return c.method + " " + c.endpoint }

func (c *call) write() bool { return c.repetition != read && c.repetition != probe }

// get reads endpoint with the given query into answer.
func (c *Client) get(ctx context.Context, endpoint string, query url.Values, answer answer) error {
	return c.do(ctx, &call{method: http.MethodGet, endpoint: endpoint, repetition: read}, query, nil, answer)
}

// send writes body to endpoint and reads the answer.
func (c *Client) send(ctx context.Context, method, endpoint string, how repetition, body any, answer answer) error {
	return c.do(ctx, &call{method: method, endpoint: endpoint, repetition: how}, nil, body, answer)
}

// do makes a call, and makes what others say in its error fit to be shown.
func (c *Client) do(ctx context.Context, current *call, query url.Values, body any, answer answer) error {
	current.id, current.ignoreRetryAfter, current.secrets = c.nextID(), c.ignoreRetryAfter, c.secrets
	if err := c.checkWorkspace(ctx, current); err != nil {
		return err // Calls of its own found it out: it holds no credentials, and other calls may be told of it as well.
	}
	err := c.carryOutSomewhere(ctx, current, query, body, answer)
	if err == nil && current.endpoint == searchModels {
		c.proven.Store(true)
	}
	err = c.explainMissing(ctx, current, err)
	if failure, ok := errors.AsType[*registry.Error](err); ok {
		failure.Message = c.secrets.Line(failure.Message)
	}
	return err
}

func (c *Client) carryOut(ctx context.Context, current *call, query url.Values, body any, answer answer) error {
	if err := ctx.Err(); err != nil {
		return current.interrupted(err)
	}
	target := c.address(current.endpoint)
	target.RawQuery = query.Encode()

	var payload any
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s: encode the request: %w", current.operation(), err)
		}
		payload = encoded
	}
	request, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, callKey{}, current),
		current.method, target.String(), payload)
	if err != nil {
		return fmt.Errorf("%s: %w", current.operation(), withoutURL(err))
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}

	response, err := c.http.Do(request)
	if response != nil && response.Body != nil {
		defer func() { _ = response.Body.Close() }()
	}
	switch {
	case ctx.Err() != nil && (err != nil || response == nil || retryableStatus(current, response.StatusCode)):
		return current.interrupted(ctx.Err())
	case err != nil:
		return current.failed(err)
	}
	content, err := contentOf(response)
	if err != nil {
		return current.failed(err)
	}
	return current.finish(response, content, answer)
}

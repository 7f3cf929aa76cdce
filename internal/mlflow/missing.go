package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// everywhere are the endpoints that every registry has which speaks MLflow's API at all, GitLab's part of it included: a 404
// there means the object.
var everywhere = []string{
	"registered-models/get", "registered-models/update", "registered-models/delete", "model-versions/get", "model-versions/update",
}

// ownWords are the endpoints whose absence the callers put into words of their own: a server without stages, and one without
// aliases.
var ownWords = []string{"model-versions/transition-stage", "registered-models/alias"}

// explainMissing looks closer at an answer that says only that something is not there: a 404, or a 405, without MLflow's
// error_code. Another service answers so, a registry of another make where the object is missing, and one that has only a part of
// MLflow's API. A search for models, which all of them have, tells whether the server is a registry.
func (c *Client) explainMissing(ctx context.Context, current *call, err error) error {
	failure, ok := errors.AsType[*registry.Error](err)
	if !ok || !errors.Is(failure.Kind, registry.ErrNotMLflow) || failure.Code != "" || current.repetition == probe ||
		failure.Status != http.StatusNotFound && failure.Status != http.StatusMethodNotAllowed ||
		current.endpoint[0] == '/' || current.endpoint == searchModels || slices.Contains(ownWords, current.endpoint) || !c.isRegistry(ctx) {
		return err
	}
	failure.Fault = ""
	if failure.Status == http.StatusNotFound && slices.Contains(everywhere, current.endpoint) {
		if current.repetition == removal && current.unclear {
			return nil // As in call.finish.
		}
		failure.Kind = registry.ErrNotFound
		failure.Message = "the registry answers without a reason, which means that there is no such object"
		return err
	}
	failure.Kind = registry.ErrUnsupported
	failure.Message = fmt.Sprintf("this server has no %s: it serves a part of MLflow's registry API, and this is not in it", current.operation())
	return err
}

// isRegistry reports whether the server has answered as a registry does, and asks it if it has not yet.
func (c *Client) isRegistry(ctx context.Context) bool {
	if c.proven.Load() {
		return true
	}
	search := &call{method: http.MethodGet, endpoint: searchModels, repetition: probe}
	err := c.do(ctx, search, url.Values{"max_results": {"1"}}, nil, &modelsAnswer{})
	return err == nil
}

package mlflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// versionShape is what MLflow's version looks like: other services answer the path /version, too.
var versionShape = regexp.MustCompile(`^\d+\.\d+[0-9A-Za-z.+-]*$`)

// infoAnswer is the part of 3.0/mlflow/server-info that matters for a registry.
type infoAnswer struct {
	Workspaces bool `json:"workspaces_enabled"`
}

func (*infoAnswer) complete([]byte) error { return nil }

// Server finds out what the server has by asking for endpoints that read nothing or little. One that is missing is no
// error: a 404, or a web page, is the answer of servers that do not know it yet.
func (c *Client) Server(ctx context.Context) (registry.Server, error) {
	var server registry.Server
	var version textAnswer
	if _, err := c.serves(ctx, "/version", nil, &version); err != nil {
		return server, err
	}
	if versionShape.MatchString(version.text) {
		server.Version = version.text
	}
	var info infoAnswer
	if _, err := c.serves(ctx, "/api/3.0/mlflow/server-info", nil, &info); err != nil {
		return server, err
	}
	server.Workspaces = info.Workspaces
	// The endpoint takes POST only, so that MLflow answers 405 where it is, and 404 where it is not.
	var err error
	if server.Stages, err = c.serves(ctx, "model-versions/transition-stage", nil, &nothing{}); err != nil {
		return server, err
	}
	if server.Webhooks, err = c.serves(ctx, "webhooks", url.Values{"max_results": {"1"}}, &nothing{}); err != nil {
		return server, err
	}
	// Without a name it is refused, by every version of the app basic-auth, and by nothing else.
	if server.Permissions, err = c.serves(ctx, "users/get", nil, &nothing{}); err != nil {
		return server, err
	}
	if !server.Stages { // Is there a registry at all?
		for _, err := range c.SearchModels(ctx, registry.Search{PageSize: 1}) {
			return server, err
		}
	}
	return server, nil
}

// serves asks for an endpoint and reports whether the server has it. An answer of MLflow's own that refuses the request, or
// these credentials, comes from an endpoint that is there.
func (c *Client) serves(ctx context.Context, endpoint string, query url.Values, into answer) (bool, error) {
	err := c.do(ctx, &call{method: http.MethodGet, endpoint: endpoint, repetition: probe}, query, nil, into)
	var failure *registry.Error
	if err == nil || !errors.As(err, &failure) {
		return err == nil, err
	}
	switch {
	case failure.Status == http.StatusMethodNotAllowed,
		errors.Is(err, registry.ErrInvalid), errors.Is(err, registry.ErrNotFound), errors.Is(err, registry.ErrPermissionDenied):
		return true, nil
	case errors.Is(err, registry.ErrNotMLflow), failure.Status == http.StatusNotImplemented:
		return false, nil
	case failure.Status == http.StatusInternalServerError && failure.Code == "":
		return false, nil // MLflow's answer where the store behind an endpoint does not implement it, such as a folder of files
	}
	return false, err
}

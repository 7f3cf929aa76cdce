package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// workspaceCheck makes sure, once, that the server knows the workspace that every request names. It must be asked:
// servers before MLflow 3.10 ignore the header and would read and write their only registry, and a server that does not
// have the workspace says so with the same words as for a model that is gone.
type workspaceCheck struct {
	name string
	// turn is held by whoever looks at the fields below, also while the check runs.
	turn chan struct{}

	lasting  bool  // err says what the server is like, and not just that it could not be asked
	err      error // what the last check came to; many calls may hold it at once
	failedAt time.Time
}

func newWorkspaceCheck(name string) *workspaceCheck {
	if name == "" {
		return nil
	}
	return &workspaceCheck{name: name, turn: make(chan struct{}, 1)}
}

// checkWorkspace runs the check before the first call of the registry's API. Calls that come meanwhile wait for it, and
// share its failure. One that could not be made, because the server is away, is made again by a later call.
func (c *Client) checkWorkspace(ctx context.Context, current *call) error {
	check := c.workspace
	if check == nil || strings.HasPrefix(current.endpoint, "/") {
		return nil
	}
	asked := time.Now()
	select {
	case check.turn <- struct{}{}:
		defer func() { <-check.turn }()
	case <-ctx.Done():
		return current.interrupted(ctx.Err())
	}
	if check.lasting || check.err != nil && !check.failedAt.Before(asked) {
		return check.err
	}
	err := c.findWorkspace(ctx, check.name)
	if ctx.Err() == nil || err == nil { // Else only this call was given up: the next one checks again.
		check.err, check.failedAt = err, time.Now()
		check.lasting = err == nil || errors.Is(err, registry.ErrUnsupported) || errors.Is(err, registry.ErrInvalid)
	}
	return err
}

// serverInfo is the answer of GET 3.0/mlflow/server-info, which a server has since MLflow 3.10.
type serverInfo struct {
	Workspaces *bool `json:"workspaces_enabled"`
}

func (i *serverInfo) complete([]byte) error {
	if i.Workspaces == nil {
		return errors.New(`the answer has no "workspaces_enabled"`)
	}
	return nil
}

// findWorkspace asks whether the server has workspaces, and this one.
func (c *Client) findWorkspace(ctx context.Context, name string) error {
	const info = "/api/3.0/mlflow/server-info"
	var server serverInfo
	err := c.get(ctx, info, nil, &server)
	var answered *registry.Error
	switch {
	case errors.As(err, &answered) && errors.Is(err, registry.ErrNotMLflow) && answered.Status == http.StatusNotFound:
		return unsupported(info, answered.Status, fmt.Sprintf(
			"workspace %q cannot be used: this server has no workspaces, it would ignore the name. They need MLflow 3.10 or newer", name))
	case err != nil:
		return fmt.Errorf("looking for workspace %q: %w", name, err)
	case !*server.Workspaces:
		return unsupported(info, http.StatusOK, fmt.Sprintf(
			"workspace %q cannot be used: this server's workspaces are switched off (mlflow server --enable-workspaces switches them on)", name))
	}
	// Whoever may not read a workspace is not told of it by workspaces/get, but every search is answered, with 404 if there
	// is no such workspace and for no other reason.
	err = c.do(ctx, &call{method: http.MethodGet, endpoint: "/api/2.0/mlflow/model-versions/search", repetition: read},
		url.Values{"filter": {nameFilter("mlregistry")}, "max_results": {"1"}}, nil, &versionsAnswer{})
	if errors.Is(err, registry.ErrNotFound) && errors.As(err, &answered) {
		answered.Kind = registry.ErrInvalid // The workspace of the configuration, not a model in the state.
		answered.Message = fmt.Sprintf("workspace %q does not exist: %s", name, answered.Message)
	}
	return err
}

func unsupported(endpoint string, status int, message string) error {
	return &registry.Error{
		Kind: registry.ErrUnsupported, Status: status, Operation: http.MethodGet + " " + endpoint, Message: message,
	}
}

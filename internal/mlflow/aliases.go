package mlflow

import (
	"context"
	"errors"
	"net/http"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

type aliasTarget struct {
	Name    string `json:"name"`
	Alias   string `json:"alias"`
	Version string `json:"version"`
}

type aliasName struct {
	Name  string `json:"name"`
	Alias string `json:"alias"`
}

// SetAlias points an alias at a version (POST registered-models/alias); it moves one that exists. ErrNotFound when there is
// no such model or version, ErrInvalid when MLflow refuses the alias, ErrUnsupported when the server is older than MLflow 2.3.
//
// It is sent once, unless it certainly did not reach the server: sent again after somebody has moved the alias, it would take it
// back. ErrOutcomeUnknown is for the caller to settle by reading.
func (c *Client) SetAlias(ctx context.Context, model, alias string, number registry.Number) error {
	body := aliasTarget{Name: model, Alias: alias, Version: number.String()}
	return withoutAliases(c.send(ctx, http.MethodPost, "registered-models/alias", once, body, &nothing{}))
}

// DeleteAlias removes an alias (DELETE registered-models/alias). MLflow answers 200 when it is not there, and ErrNotFound
// only when the model is not.
func (c *Client) DeleteAlias(ctx context.Context, model, alias string) error {
	return withoutAliases(c.send(ctx, http.MethodDelete, "registered-models/alias", removal, aliasName{Name: model, Alias: alias}, &nothing{}))
}

// withoutAliases tells a server that has no aliases from one that is no MLflow: a caller of these endpoints has read the
// model, so that an unknown path means an old server. MLflow answers unknown paths with a page, and 404, or 405 where a
// route of its user interface takes the path.
func withoutAliases(err error) error {
	var answered *registry.Error
	if errors.As(err, &answered) && errors.Is(answered.Kind, registry.ErrNotMLflow) &&
		(answered.Status == http.StatusNotFound || answered.Status == http.StatusMethodNotAllowed) {
		answered.Kind, answered.Fault = registry.ErrUnsupported, ""
		answered.Message = "this server has no aliases of registered models: they need MLflow 2.3 or newer"
	}
	return err
}

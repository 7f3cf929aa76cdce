package mlflow

import (
	"context"
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
// no such model or version, ErrInvalid when MLflow refuses the alias.
func (c *Client) SetAlias(ctx context.Context, model, alias string, number registry.Number) error {
	body := aliasTarget{Name: model, Alias: alias, Version: number.String()}
	return c.send(ctx, http.MethodPost, "registered-models/alias", repeatable, body, &nothing{})
}

// DeleteAlias removes an alias (DELETE registered-models/alias). MLflow answers 200 when it is not there, and ErrNotFound
// only when the model is not.
func (c *Client) DeleteAlias(ctx context.Context, model, alias string) error {
	return c.send(ctx, http.MethodDelete, "registered-models/alias", removal, aliasName{Name: model, Alias: alias}, &nothing{})
}

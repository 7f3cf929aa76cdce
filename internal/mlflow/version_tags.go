package mlflow

import (
	"context"
	"net/http"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

type versionTag struct {
	Model  string `json:"name"`
	Number string `json:"version"`
	Key    string `json:"key"`
	Value  string `json:"value"`
}

type versionTagKey struct {
	Model  string `json:"name"`
	Number string `json:"version"`
	Key    string `json:"key"`
}

// SetVersionTag sets one tag of a version (POST model-versions/set-tag). ErrNotFound when there is no such
// version, ErrInvalid when MLflow refuses the key or the value.
func (c *Client) SetVersionTag(ctx context.Context, model string, number registry.Number, key, value string) error {
	body := versionTag{Model: model, Number: number.String(), Key: key, Value: value}
	return c.send(ctx, http.MethodPost, "model-versions/set-tag", repeatable, body, &nothing{})
}

// DeleteVersionTag removes one tag of a version (DELETE model-versions/delete-tag). MLflow answers 200 when
// the tag is not there, and ErrNotFound only when the version is not.
func (c *Client) DeleteVersionTag(ctx context.Context, model string, number registry.Number, key string) error {
	body := versionTagKey{Model: model, Number: number.String(), Key: key}
	return c.send(ctx, http.MethodDelete, "model-versions/delete-tag", removal, body, &nothing{})
}

package mlflow

import (
	"context"
	"net/http"
)

type modelTag struct {
	Name  string `json:"name"`
	Key   string `json:"key"`
	Value string `json:"value"`
}

type modelTagKey struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// SetModelTag sets one tag of a model (POST registered-models/set-tag). ErrNotFound when there is no such
// model, ErrInvalid when MLflow refuses the key or the value.
func (c *Client) SetModelTag(ctx context.Context, name, key, value string) error {
	body := modelTag{Name: name, Key: key, Value: value}
	return c.send(ctx, http.MethodPost, "registered-models/set-tag", repeatable, body, &nothing{})
}

// DeleteModelTag removes one tag of a model (DELETE registered-models/delete-tag). MLflow answers 200 when
// the tag is not there, and ErrNotFound only when the model is not.
func (c *Client) DeleteModelTag(ctx context.Context, name, key string) error {
	body := modelTagKey{Name: name, Key: key}
	return c.send(ctx, http.MethodDelete, "registered-models/delete-tag", removal, body, &nothing{})
}

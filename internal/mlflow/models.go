package mlflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

type modelCreation struct {
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Tags        []tagWire `json:"tags,omitempty"`
}

type modelDescription struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type modelName struct {
	Name string `json:"name"`
}

// Model returns one registered model with its tags and aliases (GET registered-models/get). ErrNotFound when there is none of that
// name, ErrOtherSpelling when the registry writes the name otherwise.
func (c *Client) Model(ctx context.Context, name string) (registry.Model, error) {
	var answer modelAnswer
	current := &call{method: http.MethodGet, endpoint: "registered-models/get", repetition: read}
	if err := c.do(ctx, current, url.Values{"name": {name}}, nil, &answer); err != nil {
		return registry.Model{}, c.inOtherForm(ctx, name, err)
	}
	return answer.Model.model(), sameName(current, name, answer.Model.Name)
}

// CreateModel registers a model (POST registered-models/create). ErrAlreadyExists when the name is taken, ErrOtherSpelling when the
// registry has registered it under a name that it writes otherwise: then it is there. It is sent once: when the answer is lost,
// ErrOutcomeUnknown is for the caller to settle by reading.
func (c *Client) CreateModel(ctx context.Context, model registry.NewModel) (registry.Model, error) {
	body := modelCreation{Name: model.Name, Description: model.Description, Tags: tagList(model.Tags)}
	var answer modelAnswer
	current := &call{method: http.MethodPost, endpoint: "registered-models/create", repetition: once}
	if err := c.do(ctx, current, nil, body, &answer); err != nil {
		return registry.Model{}, err
	}
	return answer.Model.model(), sameName(current, model.Name, answer.Model.Name)
}

// DescribeModel replaces a model's description and returns the model (PATCH registered-models/update); empty removes it.
func (c *Client) DescribeModel(ctx context.Context, name, description string) (registry.Model, error) {
	body := modelDescription{Name: name, Description: description}
	var answer modelAnswer
	if err := c.send(ctx, http.MethodPatch, "registered-models/update", repeatable, body, &answer); err != nil {
		return registry.Model{}, err
	}
	return answer.Model.model(), nil
}

// DeleteModel deletes a model with all its versions (DELETE registered-models/delete). ErrNotFound when
// there is none, unless an earlier attempt of this call may have deleted it. It is for good, and takes all versions: so it is looked
// first whether the registry has a model of this very name, ErrOtherSpelling if not.
func (c *Client) DeleteModel(ctx context.Context, name string) error {
	_, err := c.Model(ctx, name)
	if errors.Is(err, registry.ErrOtherSpelling) || errors.Is(err, registry.ErrNotFound) {
		return err
	}
	return c.send(ctx, http.MethodDelete, "registered-models/delete", removal, modelName{Name: name}, &nothing{})
}

package mlflow

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// versionCreation leaves out what is empty: MLflow derives the run from a models:/ source only when the
// request has no run_id field at all.
type versionCreation struct {
	Model       string    `json:"name"`
	Source      string    `json:"source"`
	RunID       string    `json:"run_id,omitempty"`
	RunLink     string    `json:"run_link,omitempty"`
	ModelID     string    `json:"model_id,omitempty"`
	Description string    `json:"description,omitempty"`
	Tags        []tagWire `json:"tags,omitempty"`
}

type versionDescription struct {
	Model       string `json:"name"`
	Number      string `json:"version"`
	Description string `json:"description"`
}

type versionKey struct {
	Model  string `json:"name"`
	Number string `json:"version"`
}

// Version returns one version of a model (GET model-versions/get). ErrNotFound when there is none, ErrOtherSpelling when the registry
// writes the name of the model otherwise. A server with users refuses
// a version of a model that does not exist (MLflow 3.17, validate_can_read_model_or_prompt_version), and says of the model that
// it does not exist: so a refusal is followed by a look at the model.
func (c *Client) Version(ctx context.Context, model string, number registry.Number) (registry.Version, error) {
	var answer versionAnswer
	current := &call{method: http.MethodGet, endpoint: "model-versions/get", repetition: read}
	err := c.do(ctx, current, url.Values{"name": {model}, "version": {number.String()}}, nil, &answer)
	if errors.Is(err, registry.ErrPermissionDenied) {
		if _, ofModel := c.Model(ctx, model); errors.Is(ofModel, registry.ErrNotFound) {
			err = ofModel
		}
	}
	if err != nil {
		return registry.Version{}, c.inOtherForm(ctx, model, err)
	}
	return answer.Version.version(), sameName(current, model, cmp.Or(answer.Version.Model, model))
}

// CreateVersion registers a version (POST model-versions/create). It is sent once, unless it certainly did
// not reach the server: two requests would be two versions. ErrOutcomeUnknown when the answer is lost.
func (c *Client) CreateVersion(ctx context.Context, version registry.NewVersion) (registry.Version, error) {
	body := versionCreation{
		Model: version.Model, Source: version.Source, RunID: version.RunID, RunLink: version.RunLink,
		ModelID: version.ModelID, Description: version.Description, Tags: tagList(version.Tags),
	}
	var answer versionAnswer
	if err := c.send(ctx, http.MethodPost, "model-versions/create", once, body, &answer); err != nil {
		return registry.Version{}, err
	}
	return answer.Version.version(), nil
}

// DescribeVersion replaces a version's description and returns the version (PATCH model-versions/update); empty removes it.
func (c *Client) DescribeVersion(
	ctx context.Context, model string, number registry.Number, description string,
) (registry.Version, error) {
	body := versionDescription{Model: model, Number: number.String(), Description: description}
	var answer versionAnswer
	if err := c.send(ctx, http.MethodPatch, "model-versions/update", repeatable, body, &answer); err != nil {
		return registry.Version{}, err
	}
	return answer.Version.version(), nil
}

// DeleteVersion deletes a version (DELETE model-versions/delete). ErrNotFound when there is none, unless an
// earlier attempt of this call may have deleted it.
func (c *Client) DeleteVersion(ctx context.Context, model string, number registry.Number) error {
	body := versionKey{Model: model, Number: number.String()}
	return c.send(ctx, http.MethodDelete, "model-versions/delete", removal, body, &nothing{})
}

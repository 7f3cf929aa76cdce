package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// registry looks at a registry, and moves stages behind Terraform's back, with plain HTTP requests: it shares no
// code with the provider.
type registry struct {
	address string
	client  *http.Client
}

// version is a model version as MLflow's REST API writes it.
type version struct {
	Number string `json:"version"`
	Stage  string `json:"current_stage"`
	Source string `json:"source"`
	// Changed is in milliseconds since 1970.
	Changed int64 `json:"last_updated_timestamp"`
}

func newRegistry(address string) *registry {
	return &registry{address: address, client: &http.Client{Timeout: 30 * time.Second}}
}

// versions returns the versions of a model by their number, as they are in one instant.
func (r *registry) versions(ctx context.Context, model string) (map[int]version, error) {
	query := url.Values{"filter": {"name='" + model + "'"}, "max_results": {"100"}}
	var answer struct {
		Versions []version `json:"model_versions"`
	}
	if err := r.call(ctx, http.MethodGet, "model-versions/search?"+query.Encode(), nil, &answer); err != nil {
		return nil, err
	}
	found := make(map[int]version, len(answer.Versions))
	for _, one := range answer.Versions {
		number, err := strconv.Atoi(one.Number)
		if err != nil {
			return nil, fmt.Errorf("version number %q: %w", one.Number, err)
		}
		found[number] = one
	}
	return found, nil
}

// transition is the body of the request that moves a version to a stage.
type transition struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Stage   string `json:"stage"`
	Archive bool   `json:"archive_existing_versions"`
}

// String is the body as it is sent.
func (t transition) String() string {
	return fmt.Sprintf(`{"name": %q, "version": %q, "stage": %q, "archive_existing_versions": %t}`, t.Name, t.Version, t.Stage, t.Archive)
}

func (r *registry) move(ctx context.Context, to transition) error {
	return r.call(ctx, http.MethodPost, "model-versions/transition-stage", to, nil)
}

// deleteModel deletes a model with its versions, if it is there.
func (r *registry) deleteModel(ctx context.Context, model string) error {
	err := r.call(ctx, http.MethodDelete, "registered-models/delete", map[string]string{"name": model}, nil)
	if refused, ok := errors.AsType[*outside.RefusedError](err); ok && refused.Status == http.StatusNotFound {
		return nil
	}
	return err
}

// call makes one request and decodes its answer into result, unless that is nil.
func (r *registry) call(ctx context.Context, method, endpoint string, body, result any) error {
	return outside.Call(ctx, r.client, r.address, method, endpoint, body, result)
}

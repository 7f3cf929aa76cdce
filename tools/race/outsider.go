package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// outsider talks to a registry with plain HTTP requests, as any script would: it shares no code with the provider.
type outsider struct {
	address string
	client  *http.Client
}

const (
	production = "Production"
	// repetitions is how often a request that is answered 503 is sent again, as MLflow's own client does.
	repetitions = 20
)

func newOutsider(address string) *outsider {
	return &outsider{address: address, client: &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 4},
	}}
}

// createModel registers a model with versions 1 to count.
func (o *outsider) createModel(ctx context.Context, model string, count int) error {
	if err := o.call(ctx, http.MethodPost, "registered-models/create", map[string]string{"name": model}, nil); err != nil {
		return err
	}
	for number := 1; number <= count; number++ {
		body := map[string]string{"name": model, "source": fmt.Sprintf("s3://models/race/%d", number)}
		if err := o.call(ctx, http.MethodPost, "model-versions/create", body, nil); err != nil {
			return err
		}
	}
	return nil
}

func (o *outsider) deleteModel(ctx context.Context, model string) error {
	return o.call(ctx, http.MethodDelete, "registered-models/delete", map[string]string{"name": model}, nil)
}

// promote moves a version to Production, if told so with MLflow's flag to archive the others, and believes the answer.
func (o *outsider) promote(ctx context.Context, model string, number int, archive bool) error {
	return o.call(ctx, http.MethodPost, "model-versions/transition-stage", map[string]any{
		"name": model, "version": strconv.Itoa(number), "stage": production, "archive_existing_versions": archive,
	}, nil)
}

// holders returns the versions in Production, in ascending order.
func (o *outsider) holders(ctx context.Context, model string) ([]int, error) {
	versions, err := o.versions(ctx, model)
	found := []int{}
	for _, one := range versions {
		if one.stage == production {
			found = append(found, one.number)
		}
	}
	slices.Sort(found)
	return found, err
}

// seenVersion is a version as a search shows it.
type seenVersion struct {
	number        int
	stage, source string
	tags          map[string]string
}

// versions returns the versions of a model.
func (o *outsider) versions(ctx context.Context, model string) ([]seenVersion, error) {
	query := url.Values{"filter": {"name='" + model + "'"}, "max_results": {"1000"}}
	var answer struct {
		Versions []struct {
			Number string `json:"version"`
			Stage  string `json:"current_stage"`
			Source string `json:"source"`
			Tags   []struct{ Key, Value string }
		} `json:"model_versions"`
	}
	if err := o.call(ctx, http.MethodGet, "model-versions/search?"+query.Encode(), nil, &answer); err != nil {
		return nil, err
	}
	var found []seenVersion
	for _, one := range answer.Versions {
		number, err := strconv.Atoi(one.Number)
		if err != nil {
			return nil, fmt.Errorf("version number %q: %w", one.Number, err)
		}
		version := seenVersion{number: number, stage: one.Stage, source: one.Source, tags: make(map[string]string)}
		for _, tag := range one.Tags {
			version.tags[tag.Key] = tag.Value
		}
		found = append(found, version)
	}
	return found, nil
}

// call makes a request, again after a 503, and decodes its answer into result, unless that is nil.
func (o *outsider) call(ctx context.Context, method, endpoint string, body, result any) error {
	for repetition := 0; ; repetition++ {
		err := outside.Call(ctx, o.client, o.address, method, endpoint, body, result)
		refused, ok := errors.AsType[*outside.RefusedError](err)
		if !ok || refused.Status != http.StatusServiceUnavailable || repetition == repetitions {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

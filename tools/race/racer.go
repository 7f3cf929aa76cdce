package main

import (
	"context"
	"net/http"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// racer promotes one version of the model.
type racer interface {
	// prepare does what comes before the race: it makes the plan, which names all who hold the stage then.
	prepare(ctx context.Context) error
	// promote races. An error is a racer that could not run, not one that lost.
	promote(ctx context.Context) (told, error)
	// again plans anew, with what is there now, and applies that.
	again(ctx context.Context) (told, error)
}

// told is what a racer was told, in a word and in full.
type told struct {
	word word
	text string
}

// entrant is a racer with its name and its version.
type entrant struct {
	racer

	name    string
	version int
	script  bool
}

// scriptRacer knows nothing of the protocol: it sends one request and believes the answer.
type scriptRacer struct {
	registry *outsider
	model    string
	version  int
	// forgiving scripts end without a word when a fault happens to their request.
	forgiving bool
}

func (scriptRacer) prepare(context.Context) error { return nil }

func (s scriptRacer) promote(ctx context.Context) (told, error) {
	err := s.registry.promote(ctx, s.model, s.version, true)
	switch {
	case err != nil && s.forgiving && ctx.Err() == nil:
		return told{word: failed, text: err.Error()}, nil
	case err != nil:
		return told{}, err
	}
	return told{word: won}, nil
}

func (s scriptRacer) again(ctx context.Context) (told, error) { return s.promote(ctx) }

// engineRacer is the provider's engine with the provider's client, in this process and without a lock in common.
type engineRacer struct {
	engine *handover.Engine
	client *mlflow.Client
	goal   handover.Goal
}

// engineBackoff is the first wait in seconds before a repetition. The provider waits longer (see
// mlflow.DefaultBackoffFactor); here those whom the server turned away are to come back while the others still race.
const engineBackoff = 0.05

// newEngine returns an engine and its client. requestTimeout 0 is the client's default.
func newEngine(address string, way handover.Way, requestTimeout time.Duration) (*handover.Engine, *mlflow.Client, error) {
	client, err := mlflow.New(mlflow.Config{
		BaseURL: address, BackoffFactor: engineBackoff, UserAgent: "race", Transport: &http.Transport{MaxIdleConnsPerHost: 4},
		RequestTimeout: requestTimeout,
	})
	if err != nil {
		return nil, nil, err
	}
	return handover.New(client, way, handover.WithPacing(client.Pacing()), handover.WithClock(client)), client, nil
}

func newEngineRacer(
	address, model string, version int, way handover.Way, requestTimeout time.Duration,
) (*engineRacer, error) {
	engine, client, err := newEngine(address, way, requestTimeout)
	if err != nil {
		return nil, err
	}
	return &engineRacer{
		engine: engine, client: client,
		goal: handover.Goal{
			Model: model, Version: registry.Number(version), Stage: registry.StageProduction, ArchiveExisting: true,
		},
	}, nil
}

func (e *engineRacer) prepare(ctx context.Context) error {
	versions, err := e.client.Versions(ctx, e.goal.Model)
	e.goal.Reviewed = handover.Observe(versions).Others(e.goal.Stage, e.goal.Version)
	return err
}

func (e *engineRacer) promote(ctx context.Context) (told, error) {
	outcome, err := e.engine.Run(ctx, e.goal)
	if ctx.Err() != nil {
		return told{}, ctx.Err()
	}
	switch {
	case err != nil:
		return told{word: wordOfError(err), text: err.Error()}, nil
	case outcome.Unread != nil:
		return told{word: unsure, text: outcome.Unread.Error()}, nil //nolint:nilerr // What a racer is told is no error of the race.
	}
	return told{word: won}, nil
}

func (e *engineRacer) again(ctx context.Context) (told, error) {
	if err := e.prepare(ctx); err != nil {
		return told{}, err
	}
	return e.promote(ctx)
}

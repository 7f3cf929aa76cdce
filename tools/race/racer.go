package main

import (
	"context"
	"net/http"

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
}

func (scriptRacer) prepare(context.Context) error { return nil }

func (s scriptRacer) promote(ctx context.Context) (told, error) {
	if err := s.registry.promote(ctx, s.model, s.version, true); err != nil {
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

func newEngineRacer(address, model string, version int) (*engineRacer, error) {
	client, err := mlflow.New(mlflow.Config{
		BaseURL: address, BackoffFactor: engineBackoff, UserAgent: "race", Transport: &http.Transport{MaxIdleConnsPerHost: 4},
	})
	if err != nil {
		return nil, err
	}
	return &engineRacer{
		engine: handover.New(client, handover.Atomic), client: client,
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
	_, err := e.engine.Run(ctx, e.goal)
	if ctx.Err() != nil {
		return told{}, ctx.Err()
	}
	said := told{word: wordOfError(err)}
	if err != nil {
		said.text = err.Error()
	}
	return said, nil
}

func (e *engineRacer) again(ctx context.Context) (told, error) {
	if err := e.prepare(ctx); err != nil {
		return told{}, err
	}
	return e.promote(ctx)
}

package ownwrites_test

import (
	"context"
	"errors"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// facts are what reads show of a model after a write, in words.
type facts func(ctx context.Context, r registry.Reader) (string, error)

func modelFact(of func(registry.Model) string) facts {
	return func(ctx context.Context, r registry.Reader) (string, error) {
		model, err := r.Model(ctx, "m")
		return of(model), err
	}
}

func versionFact(number registry.Number, of func(registry.Version) string) facts {
	return func(ctx context.Context, r registry.Reader) (string, error) {
		version, err := r.Version(ctx, "m", number)
		return of(version), err
	}
}

func versionsFact(number registry.Number, of func(registry.Version) string) facts {
	return func(ctx context.Context, r registry.Reader) (string, error) {
		versions, err := r.Versions(ctx, "m")
		version, found := registry.FindVersion(versions, number)
		if !found {
			return "gone", err
		}
		return of(version), err
	}
}

func stageOf(version registry.Version) string       { return string(version.Stage) }
func teamOf(version registry.Version) string        { return version.Tags["team"] }
func descriptionOf(version registry.Version) string { return version.Description }

// orGone turns what is not found into a fact.
func orGone(read facts) facts {
	return func(ctx context.Context, r registry.Reader) (string, error) {
		fact, err := read(ctx, r)
		if errors.Is(err, registry.ErrNotFound) {
			return "gone", nil
		}
		return fact, err
	}
}

// act is something that is written, and what reads show of it before and after it.
type act struct {
	write         func(ctx context.Context, r registry.Registry) error
	reads         []facts
	before, after string
}

func promote(number registry.Number) func(context.Context, registry.Registry) error {
	return moveTo(number, registry.StageProduction)
}

func moveTo(number registry.Number, stage registry.Stage) func(context.Context, registry.Registry) error {
	return func(ctx context.Context, r registry.Registry) error {
		_, err := r.TransitionStage(ctx, registry.Transition{Model: "m", Number: number, Stage: stage, ArchiveExisting: stage.Exclusive()})
		return err
	}
}

func acts() map[string]act {
	modelTeam := modelFact(func(m registry.Model) string { return m.Tags["team"] })
	champion := modelFact(func(m registry.Model) string { return m.Aliases["champion"].String() })
	return map[string]act{
		"a model is described": {
			func(ctx context.Context, r registry.Registry) error {
				_, err := r.DescribeModel(ctx, "m", "new")
				return err
			},
			[]facts{modelFact(func(m registry.Model) string { return m.Description })}, "old", "new",
		},
		"a model is tagged": {
			func(ctx context.Context, r registry.Registry) error { return r.SetModelTag(ctx, "m", "team", "new") },
			[]facts{modelTeam}, "old", "new",
		},
		"a model's tag is removed": {
			func(ctx context.Context, r registry.Registry) error { return r.DeleteModelTag(ctx, "m", "team") },
			[]facts{modelTeam}, "old", "",
		},
		"an alias moves": {
			func(ctx context.Context, r registry.Registry) error { return r.SetAlias(ctx, "m", "champion", 2) },
			[]facts{champion}, "1", "2",
		},
		"an alias is removed": {
			func(ctx context.Context, r registry.Registry) error { return r.DeleteAlias(ctx, "m", "champion") },
			[]facts{champion}, "1", "0",
		},
		"a model is deleted": {
			func(ctx context.Context, r registry.Registry) error { return r.DeleteModel(ctx, "m") },
			[]facts{orGone(modelFact(func(registry.Model) string { return "there" })), orGone(versionFact(1, func(registry.Version) string { return "there" })),
				versionsFact(1, func(registry.Version) string { return "there" })}, "there", "gone",
		},
		"a version is registered": {
			func(ctx context.Context, r registry.Registry) error {
				_, err := r.CreateVersion(ctx, registry.NewVersion{Model: "m"})
				return err
			},
			[]facts{orGone(versionFact(4, stageOf)), versionsFact(4, stageOf)}, "gone", "None",
		},
		"a version is described": {
			func(ctx context.Context, r registry.Registry) error {
				_, err := r.DescribeVersion(ctx, "m", 1, "new")
				return err
			},
			[]facts{versionFact(1, descriptionOf), versionsFact(1, descriptionOf)}, "old", "new",
		},
		"a version is tagged": {
			func(ctx context.Context, r registry.Registry) error {
				return r.SetVersionTag(ctx, "m", 1, "team", "new")
			},
			[]facts{versionFact(1, teamOf), versionsFact(1, teamOf)}, "old", "new",
		},
		"a version's tag is removed": {
			func(ctx context.Context, r registry.Registry) error { return r.DeleteVersionTag(ctx, "m", 1, "team") },
			[]facts{versionFact(1, teamOf), versionsFact(1, teamOf)}, "old", "",
		},
		"a version is deleted": {
			func(ctx context.Context, r registry.Registry) error { return r.DeleteVersion(ctx, "m", 1) },
			[]facts{orGone(versionFact(1, func(registry.Version) string { return "there" })), versionsFact(1, func(registry.Version) string { return "there" })},
			"there", "gone",
		},
		"a version is promoted": {promote(2), []facts{versionFact(2, stageOf), versionsFact(2, stageOf)}, "None", "Production"},
		"another is promoted":   {promote(2), []facts{versionFact(1, stageOf), versionsFact(1, stageOf)}, "Production", "Archived"},
		"a version is archived": {
			moveTo(1, registry.StageArchived), []facts{versionFact(1, stageOf), versionsFact(1, stageOf)}, "Production", "Archived",
		},
	}
}

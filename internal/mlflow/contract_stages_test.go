package mlflow_test

import (
	"slices"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func move(t *testing.T, r registry.Registry, model string, number registry.Number, stage registry.Stage, archive bool) {
	t.Helper()
	moved, err := r.TransitionStage(t.Context(), registry.Transition{Model: model, Number: number, Stage: stage, ArchiveExisting: archive})
	must(t, err)
	if moved.Number != number || moved.Model != model || moved.Stage != stage {
		t.Errorf("moving %d to %s answered %+v", number, stage, moved)
	}
}

func wantHolders(t *testing.T, r registry.Registry, model string, want map[registry.Stage][]registry.Number) {
	t.Helper()
	versions, err := r.Versions(t.Context(), model)
	must(t, err)
	for stage, holders := range want {
		if got := registry.Holders(versions, stage); !slices.Equal(got, holders) {
			t.Errorf("%s is held by %v, want %v", stage, got, holders)
		}
	}
}

var stageBehaviours = []behaviour{
	{"a version moves through every stage and back", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 1)
		for _, stage := range append(registry.Stages(), registry.StageProduction, registry.StageNone) {
			move(t, r, model, 1, stage, false)
			wantHolders(t, r, model, map[registry.Stage][]registry.Number{stage: {1}})
		}
	}},
	{"without archiving a stage has several holders", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 3)
		move(t, r, model, 1, registry.StageProduction, false)
		move(t, r, model, 2, registry.StageProduction, false)
		wantHolders(t, r, model, map[registry.Stage][]registry.Number{registry.StageProduction: {1, 2}})
	}},
	{"archiving empties the stage for its new holder", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 4)
		move(t, r, model, 1, registry.StageProduction, false)
		move(t, r, model, 2, registry.StageProduction, false)
		move(t, r, model, 4, registry.StageStaging, false)
		move(t, r, model, 3, registry.StageProduction, true)
		want := map[registry.Stage][]registry.Number{
			registry.StageProduction: {3}, registry.StageStaging: {4}, registry.StageArchived: {1, 2}, registry.StageNone: nil,
		}
		wantHolders(t, r, model, want)
		move(t, r, model, 3, registry.StageProduction, true) // once more finds the work done
		wantHolders(t, r, model, want)
	}},
	{"a transition is a change in time", func(t *testing.T, r registry.Registry, model string) {
		created := register(t, r, model, 1)[0]
		move(t, r, model, 1, registry.StageStaging, true)
		read, err := r.Version(t.Context(), model, 1)
		must(t, err)
		if read.UpdatedAt.Before(created.UpdatedAt) || !read.CreatedAt.Equal(created.CreatedAt) {
			t.Errorf("created %s and %s, updated %s and %s", created.CreatedAt, read.CreatedAt, created.UpdatedAt, read.UpdatedAt)
		}
	}},
	{"a transition of a missing version changes nothing", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 1)
		move(t, r, model, 1, registry.StageProduction, false)
		_, err := r.TransitionStage(t.Context(), registry.Transition{
			Model: model, Number: 2, Stage: registry.StageProduction, ArchiveExisting: true,
		})
		wantKind(t, "missing version", err, registry.ErrNotFound)
		wantHolders(t, r, model, map[registry.Stage][]registry.Number{registry.StageProduction: {1}})
	}},
	{"an unknown stage and archiving for a shared stage are invalid", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 1)
		_, err := r.TransitionStage(t.Context(), registry.Transition{Model: model, Number: 1, Stage: "Canary"})
		wantKind(t, "unknown stage", err, registry.ErrInvalid)
		_, err = r.TransitionStage(t.Context(), registry.Transition{Model: model, Number: 1})
		wantKind(t, "no stage", err, registry.ErrInvalid)
		for _, stage := range []registry.Stage{registry.StageNone, registry.StageArchived} {
			_, err = r.TransitionStage(t.Context(), registry.Transition{Model: model, Number: 1, Stage: stage, ArchiveExisting: true})
			wantKind(t, "archiving for "+stage.String(), err, registry.ErrInvalid)
		}
		wantHolders(t, r, model, map[registry.Stage][]registry.Number{registry.StageNone: {1}})
	}},
	{"a version can be deleted in any stage", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 1)
		move(t, r, model, 1, registry.StageProduction, false)
		must(t, r.DeleteVersion(t.Context(), model, 1))
		wantHolders(t, r, model, map[registry.Stage][]registry.Number{registry.StageProduction: nil})
	}},
}

package mlflow_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var versionBehaviours = []behaviour{
	{"a created version is read back", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		wanted := registry.NewVersion{
			Model: model, Source: "s3://bucket/päth", RunID: "0123456789abcdef0123456789abcdef",
			RunLink: "https://runs.example/1", Description: "first", Tags: map[string]string{"k": "v", "empty": ""},
		}
		created := create(t, r, wanted)
		read, err := r.Version(t.Context(), model, created.Number)
		must(t, err)
		for what, got := range map[string]registry.Version{"created": created, "read": read} {
			if got.Model != model || got.Number != 1 || got.Stage != registry.StageNone || got.Status != registry.StatusReady {
				t.Errorf("%s: %+v", what, got)
			}
			if got.Source != wanted.Source || got.RunID != wanted.RunID || got.RunLink != wanted.RunLink ||
				got.Description != wanted.Description || !maps.Equal(got.Tags, wanted.Tags) {
				t.Errorf("%s: %+v, want %+v", what, got, wanted)
			}
			if got.CreatedAt.IsZero() || got.UpdatedAt.Before(got.CreatedAt) {
				t.Errorf("%s: created %s, updated %s", what, got.CreatedAt, got.UpdatedAt)
			}
		}
	}},
	{"versions are numbered from 1", func(t *testing.T, r registry.Registry, model string) {
		for i, version := range register(t, r, model, 3) {
			if version.Number != registry.Number(i+1) {
				t.Errorf("version %d has the number %d", i+1, version.Number)
			}
		}
	}},
	{"a version needs a model and a source", func(t *testing.T, r registry.Registry, model string) {
		_, err := r.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: "s3://bucket/1"})
		wantKind(t, "no model", err, registry.ErrNotFound)
		register(t, r, model, 0)
		_, err = r.CreateVersion(t.Context(), registry.NewVersion{Model: model})
		wantKind(t, "no source", err, registry.ErrInvalid)
		_, err = r.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: "/etc"})
		wantKind(t, "local source", err, registry.ErrInvalid)
		versions, err := r.Versions(t.Context(), model)
		if err != nil || len(versions) != 0 {
			t.Errorf("versions after refused creates: %v, %v", versions, err)
		}
	}},
	{"a missing version is not found", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 1)
		_, err := r.Version(t.Context(), model, 2)
		wantKind(t, "get", err, registry.ErrNotFound)
		_, err = r.Version(t.Context(), model+"-other", 1)
		wantKind(t, "get of another model", err, registry.ErrNotFound)
		_, err = r.DescribeVersion(t.Context(), model, 2, "x")
		wantKind(t, "describe", err, registry.ErrNotFound)
		wantKind(t, "delete", r.DeleteVersion(t.Context(), model, 2), registry.ErrNotFound)
		wantKind(t, "set tag", r.SetVersionTag(t.Context(), model, 2, "k", "v"), registry.ErrNotFound)
		wantKind(t, "delete tag", r.DeleteVersionTag(t.Context(), model, 2, "k"), registry.ErrNotFound)
	}},
	{"a version's description is replaced and removed", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 1)
		for _, description := range []string{"one", strings.Repeat("é", 2000), ""} {
			described, err := r.DescribeVersion(t.Context(), model, 1, description)
			must(t, err)
			read, err := r.Version(t.Context(), model, 1)
			must(t, err)
			if read.Description != description || described.Description != description || !described.UpdatedAt.Equal(read.UpdatedAt) {
				t.Errorf("description %q, want %q", read.Description, description)
			}
		}
	}},
	{"a version's tags are set, overwritten and removed", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 2)
		must(t, r.SetVersionTag(t.Context(), model, 1, "a", "1"))
		must(t, r.SetVersionTag(t.Context(), model, 1, "a", "2"))
		must(t, r.SetVersionTag(t.Context(), model, 1, "gone", "x"))
		must(t, r.DeleteVersionTag(t.Context(), model, 1, "gone"))
		must(t, r.DeleteVersionTag(t.Context(), model, 1, "never there"))
		for number, want := range map[registry.Number]map[string]string{1: {"a": "2"}, 2: {}} {
			read, err := r.Version(t.Context(), model, number)
			must(t, err)
			if !maps.Equal(read.Tags, want) {
				t.Errorf("tags of %d: %v, want %v", number, read.Tags, want)
			}
		}
	}},
	{"a deleted version is gone and its number is not given again", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 3)
		must(t, r.DeleteVersion(t.Context(), model, 2))
		_, err := r.Version(t.Context(), model, 2)
		wantKind(t, "get", err, registry.ErrNotFound)
		wantKind(t, "second delete", r.DeleteVersion(t.Context(), model, 2), registry.ErrNotFound)
		if next := create(t, r, registry.NewVersion{Model: model, Source: "s3://bucket/4"}); next.Number != 4 {
			t.Errorf("the next number is %d, want 4", next.Number)
		}
	}},
	{"the newest number is not given again after its deletion", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 2)
		must(t, r.DeleteVersion(t.Context(), model, 2))
		if next := create(t, r, registry.NewVersion{Model: model, Source: "s3://bucket/3"}); next.Number != 3 {
			t.Errorf("the next number is %d, want 3", next.Number)
		}
	}},
}

package mlflow_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func cleanupContext() context.Context { return context.Background() }

// wantKind fails unless err is of the given kind, of known outcome and with a text.
func wantKind(t *testing.T, what string, err, kind error) {
	t.Helper()
	var answer *registry.Error
	switch {
	case !errors.Is(err, kind):
		t.Errorf("%s: %v; want %v", what, err, kind)
	case !errors.As(err, &answer) || answer.Message == "" || answer.Operation == "":
		t.Errorf("%s: %#v is not a whole registry.Error", what, err)
	case errors.Is(err, registry.ErrOutcomeUnknown):
		t.Errorf("%s: the outcome of %v is not unknown", what, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var modelBehaviours = []behaviour{
	{"a created model is read back", func(t *testing.T, r registry.Registry, model string) {
		before := time.Now().Add(-time.Minute)
		tags := map[string]string{"team": "risk", "empty": "", "unicode": "日本 🙂"}
		created, err := r.CreateModel(t.Context(), registry.NewModel{Name: model, Description: "a\n\"b\"", Tags: tags})
		must(t, err)
		forget(t, r, model)
		read, err := r.Model(t.Context(), model)
		must(t, err)
		for what, got := range map[string]registry.Model{"created": created, "read": read} {
			if got.Name != model || got.Description != "a\n\"b\"" || !maps.Equal(got.Tags, tags) || len(got.Aliases) != 0 {
				t.Errorf("%s: %+v", what, got)
			}
			if got.CreatedAt.Before(before) || got.UpdatedAt.Before(got.CreatedAt) || got.CreatedAt.Location() != time.UTC {
				t.Errorf("%s: created %s, updated %s", what, got.CreatedAt, got.UpdatedAt)
			}
		}
	}},
	{"a model without anything has empty fields", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		read, err := r.Model(t.Context(), model)
		must(t, err)
		if read.Description != "" || read.Tags == nil || len(read.Tags) != 0 || read.Aliases == nil || len(read.Aliases) != 0 {
			t.Errorf("%+v", read)
		}
	}},
	{"a model name is given once", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		_, err := r.CreateModel(t.Context(), registry.NewModel{Name: model})
		wantKind(t, "second create", err, registry.ErrAlreadyExists)
	}},
	{"model names differ by letter case", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		register(t, r, strings.ToLower(model), 0)
	}},
	{"a model needs a name", func(t *testing.T, r registry.Registry, _ string) {
		_, err := r.CreateModel(t.Context(), registry.NewModel{})
		wantKind(t, "no name", err, registry.ErrInvalid)
	}},
	{"a model name holds neither / nor :", func(t *testing.T, r registry.Registry, model string) {
		for _, name := range []string{model + "/x", model + ":1"} {
			_, err := r.CreateModel(t.Context(), registry.NewModel{Name: name})
			wantKind(t, name, err, registry.ErrInvalid)
		}
	}},
	{"a missing model is not found", func(t *testing.T, r registry.Registry, model string) {
		_, err := r.Model(t.Context(), model)
		wantKind(t, "get", err, registry.ErrNotFound)
		_, err = r.DescribeModel(t.Context(), model, "x")
		wantKind(t, "describe", err, registry.ErrNotFound)
		wantKind(t, "delete", r.DeleteModel(t.Context(), model), registry.ErrNotFound)
		wantKind(t, "set tag", r.SetModelTag(t.Context(), model, "k", "v"), registry.ErrNotFound)
		wantKind(t, "delete tag", r.DeleteModelTag(t.Context(), model, "k"), registry.ErrNotFound)
	}},
	{"a model's description is replaced and removed", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		for _, description := range []string{"one", "two", ""} {
			described, err := r.DescribeModel(t.Context(), model, description)
			must(t, err)
			read, err := r.Model(t.Context(), model)
			must(t, err)
			if read.Description != description || described.Description != description || !described.UpdatedAt.Equal(read.UpdatedAt) {
				t.Errorf("description %q, want %q", read.Description, description)
			}
		}
	}},
	{"a model's tags are set, overwritten and removed", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		must(t, r.SetModelTag(t.Context(), model, "a", "1"))
		must(t, r.SetModelTag(t.Context(), model, "a", "2"))
		must(t, r.SetModelTag(t.Context(), model, "b/c d.e", ""))
		must(t, r.SetModelTag(t.Context(), model, "gone", "x"))
		must(t, r.DeleteModelTag(t.Context(), model, "gone"))
		must(t, r.DeleteModelTag(t.Context(), model, "never there"))
		read, err := r.Model(t.Context(), model)
		must(t, err)
		if want := map[string]string{"a": "2", "b/c d.e": ""}; !maps.Equal(read.Tags, want) {
			t.Errorf("tags %v, want %v", read.Tags, want)
		}
	}},
	{"a tag key with a forbidden character is invalid", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 0)
		wantKind(t, "key", r.SetModelTag(t.Context(), model, "a?b", "1"), registry.ErrInvalid)
		wantKind(t, "empty key", r.SetModelTag(t.Context(), model, "", "1"), registry.ErrInvalid)
	}},
	{"a deleted model is gone with its versions", func(t *testing.T, r registry.Registry, model string) {
		register(t, r, model, 2)
		must(t, r.DeleteModel(t.Context(), model))
		_, err := r.Model(t.Context(), model)
		wantKind(t, "model", err, registry.ErrNotFound)
		_, err = r.Version(t.Context(), model, 1)
		wantKind(t, "version", err, registry.ErrNotFound)
		versions, err := r.Versions(t.Context(), model)
		if err != nil || len(versions) != 0 {
			t.Errorf("versions %v, %v", versions, err)
		}
	}},
}

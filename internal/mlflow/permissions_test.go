package mlflow_test

import (
	"errors"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Basic authentication refuses with the same plain text whatever was asked: the error says what was needed.
func TestARefusalNamesThePermission(t *testing.T) {
	denied := says(403, "Permission denied")
	for name, one := range map[string]struct {
		call func(registry.Registry) error
		want registry.Permission
	}{
		"create a model": {func(r registry.Registry) error {
			_, err := r.CreateModel(t.Context(), registry.NewModel{Name: "m"})
			return err
		}, registry.PermissionUse},
		"read a model":           {func(r registry.Registry) error { _, err := r.Model(t.Context(), "m"); return err }, registry.PermissionRead},
		"describe a model":       {func(r registry.Registry) error { _, err := r.DescribeModel(t.Context(), "m", "x"); return err }, registry.PermissionEdit},
		"tag a model":            {func(r registry.Registry) error { return r.SetModelTag(t.Context(), "m", "k", "v") }, registry.PermissionEdit},
		"remove a model's tag":   {func(r registry.Registry) error { return r.DeleteModelTag(t.Context(), "m", "k") }, registry.PermissionEdit},
		"set an alias":           {func(r registry.Registry) error { return r.SetAlias(t.Context(), "m", "a", 1) }, registry.PermissionEdit},
		"tag a version":          {func(r registry.Registry) error { return r.SetVersionTag(t.Context(), "m", 1, "k", "v") }, registry.PermissionEdit},
		"describe a version":     {func(r registry.Registry) error { _, err := r.DescribeVersion(t.Context(), "m", 1, "x"); return err }, registry.PermissionEdit},
		"delete an alias":        {func(r registry.Registry) error { return r.DeleteAlias(t.Context(), "m", "a") }, registry.PermissionManage},
		"delete a model":         {func(r registry.Registry) error { return r.DeleteModel(t.Context(), "m") }, registry.PermissionManage},
		"delete a version":       {func(r registry.Registry) error { return r.DeleteVersion(t.Context(), "m", 1) }, registry.PermissionManage},
		"remove a version's tag": {func(r registry.Registry) error { return r.DeleteVersionTag(t.Context(), "m", 1, "k") }, registry.PermissionManage},
		"register a version": {func(r registry.Registry) error {
			_, err := r.CreateVersion(t.Context(), registry.NewVersion{Model: "m", Source: "s3://b/1"})
			return err
		}, registry.PermissionEdit},
		"move a stage": {func(r registry.Registry) error {
			_, err := r.TransitionStage(t.Context(), registry.Transition{Model: "m", Number: 1, Stage: registry.StageStaging})
			return err
		}, registry.PermissionEdit},
	} {
		t.Run(name, func(t *testing.T) {
			script := []reply{denied}
			if name == "delete a model" { // It is looked at first.
				script = append(script, denied)
			}
			err := one.call(serve(t, script...).connect())
			wantKind(t, name, err, registry.ErrPermissionDenied)
			var refused *registry.Error
			if errors.As(err, &refused); refused == nil || refused.Needs != one.want {
				t.Errorf("needs %v, want %s", refused, one.want)
			}
		})
	}
}

// A path that an old server does not have is no alias that is missing, and no wrong address.
func TestAServerWithoutAliases(t *testing.T) {
	for _, status := range []int{404, 405} {
		wantKind(t, "set", serve(t, says(status, noPage)).connect().SetAlias(t.Context(), "m", "a", 1), registry.ErrUnsupported)
		wantKind(t, "delete", serve(t, says(status, noPage)).connect().DeleteAlias(t.Context(), "m", "a"), registry.ErrUnsupported)
	}
	if err := serve(t, says(200, noPage)).connect().SetAlias(t.Context(), "m", "a", 1); !errors.Is(err, registry.ErrNotMLflow) {
		t.Errorf("a page: %v", err)
	}
}

// A server with users refuses a version of a model that does not exist: what it says of the model decides.
func TestARefusedVersionOfAMissingModelIsNotFound(t *testing.T) {
	_, err := serve(t, says(403, "Permission denied"), fails(404, "RESOURCE_DOES_NOT_EXIST", "no model")).connect().Version(t.Context(), "m", 1)
	wantKind(t, "a missing model", err, registry.ErrNotFound)
	_, err = serve(t, says(403, "Permission denied"), says(200, `{"registered_model":{"name":"m"}}`)).connect().Version(t.Context(), "m", 1)
	wantKind(t, "a model that is there", err, registry.ErrPermissionDenied)
	var refused *registry.Error
	if errors.As(err, &refused); refused == nil || refused.Needs != registry.PermissionRead {
		t.Errorf("needs %v, want %s", refused, registry.PermissionRead)
	}
}

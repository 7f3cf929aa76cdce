package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// TestAccTheFileIsWholeAfterAnApply: what Terraform ends is a process of its own, which closes the file.
func TestAccTheFileIsWholeAfterAnApply(t *testing.T) {
	workspace := acctest.NewWorkspace(t, "")
	folder := t.TempDir()
	file := filepath.Join(folder, "registry.db")
	workspace.Setenv("MLFLOW_TRACKING_URI", "embedded:"+file)
	workspace.Write("main.tf", acctest.Requirements+`
provider "mlregistry" {}

resource "mlregistry_registered_model" "m" {
  name = "m"
}

resource "mlregistry_model_version" "v" {
  for_each   = toset(["1", "2", "3", "4", "5", "6", "7", "8", "9"])
  model_name = mlregistry_registered_model.m.name
  source     = "s3://b/${each.key}"
}
`)
	workspace.MustApply()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if !slices.Equal(left, []string{"registry.db"}) {
		t.Errorf("the folder holds %v, want the file alone", left)
	}

	// The file alone is the registry: on another machine, a plan finds everything.
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved.db")
	if err := os.WriteFile(moved, content, 0o600); err != nil {
		t.Fatal(err)
	}
	workspace.Setenv("MLFLOW_TRACKING_URI", "embedded:"+moved)
	if plan := workspace.Plan(); plan.ExitCode != 0 {
		t.Errorf("the plan is not empty:\n%s", plan.Output)
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// terraformRacer is a folder with a configuration and a state of its own.
type terraformRacer struct {
	cli    *cli
	folder string
}

const planFile = "race.tfplan"

// reviewedPlan is a plan that says that version 1 leaves, alone or with others.
var reviewedPlan = regexp.MustCompile(`archived_versions\s+= \[\s+\+ "1",`)

// newTerraformRacer writes the configuration: every other racer uses the resource of the version, the rest the pointer.
// settings are more lines of the provider block.
func newTerraformRacer(c *cli, folder, address, model string, version int, settings string) (*terraformRacer, error) {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	resource := "mlregistry_model_version"
	if version%2 == 1 {
		resource = "mlregistry_model_stage"
	}
	content := fmt.Sprintf(terraform.Requirements+`
provider "mlregistry" {
  tracking_uri = %q
  %s
}

resource %q "live" {
  model_name = %q
  stage      = "Production"
  version    = %d
}
`, address, settings, resource, model, version)
	return &terraformRacer{cli: c, folder: folder}, os.WriteFile(filepath.Join(folder, "main.tf"), []byte(content), 0o600)
}

// prepare forgets the last round and makes a plan, which names version 1 as the one that leaves.
func (t *terraformRacer) prepare(ctx context.Context) error {
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup", planFile} {
		if err := os.Remove(filepath.Join(t.folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	code, output, err := t.cli.run(ctx, t.folder, "plan", "-no-color", "-out="+planFile)
	if err == nil && (code != 0 || !reviewedPlan.MatchString(output)) {
		err = fmt.Errorf("the plan exited with %d and should say that version 1 leaves:\n%s", code, output)
	}
	return err
}

func (t *terraformRacer) promote(ctx context.Context) (told, error) {
	code, output, err := t.cli.run(ctx, t.folder, "apply", "-no-color", planFile)
	return told{word: wordOfOutput(code, output), text: output}, err
}

func (t *terraformRacer) again(ctx context.Context) (told, error) {
	code, output, err := t.cli.run(ctx, t.folder, "apply", "-no-color", "-auto-approve")
	return told{word: wordOfOutput(code, output), text: output}, err
}

// cli runs Terraform or OpenTofu with the built provider.
type cli struct{ *terraform.CLI }

// newCLI writes the CLI configuration that names the built provider, so that there is no init, into folder.
func newCLI(program, provider, folder string) (*cli, error) {
	settings := filepath.Join(folder, "cli.tfrc")
	content := fmt.Sprintf(`provider_installation {
  dev_overrides { "registry.terraform.io/mlregistry/mlregistry" = %q }
  direct {}
}
`, filepath.ToSlash(filepath.Dir(provider)))
	if err := os.WriteFile(settings, []byte(content), 0o600); err != nil {
		return nil, err
	}
	found, err := terraform.New(program, settings)
	return &cli{found}, err
}

// run runs a command to its end and returns its exit code and all that it wrote.
func (c *cli) run(ctx context.Context, folder string, args ...string) (int, string, error) {
	var output bytes.Buffer
	code, err := c.Run(ctx, folder, &output, &output, args...)
	return code, output.String(), err
}

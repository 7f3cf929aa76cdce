package terraform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// stopPatience is how long a command that was interrupted may take to end: Terraform saves its state before.
const stopPatience = 15 * time.Second

// Requirements is the block by which a configuration says that it uses the provider.
const Requirements = `terraform {
  required_providers {
    mlregistry = { source = "registry.terraform.io/mlregistry/mlregistry" }
  }
}
`

// CLI is a Terraform or OpenTofu program with the settings that it runs with.
type CLI struct {
	program     string
	environment []string
}

// New returns a CLI. program is a path, or a name that is looked up in PATH; settings is the path of its CLI configuration
// file. It fails if there is no such program.
func New(program, settings string) (*CLI, error) {
	found, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("no Terraform CLI: %w", err)
	}
	if found, err = filepath.Abs(found); err != nil {
		return nil, err
	}
	return &CLI{program: found, environment: append(CleanEnvironment(),
		"TF_CLI_CONFIG_FILE="+settings, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")}, nil
}

// CleanEnvironment returns the environment of this process without the variables that change what a CLI or the provider does:
// TF_… and MLFLOW_….
func CleanEnvironment() []string {
	var kept []string
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "TF_") && !strings.HasPrefix(setting, "MLFLOW_") {
			kept = append(kept, setting)
		}
	}
	return kept
}

// Run runs a command in a folder to its end, and returns its exit code. That this is another than 0 is no error. When ctx ends
// the command is interrupted, and the error is that of ctx.
func (c *CLI) Run(ctx context.Context, folder string, stdout, stderr io.Writer, args ...string) (int, error) {
	command := exec.CommandContext(ctx, c.program, args...)
	command.Dir, command.Env = folder, c.environment
	command.Stdout, command.Stderr = stdout, stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopPatience
	err := command.Run()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return 0, fmt.Errorf("%s %s: %w", filepath.Base(c.program), strings.Join(args, " "), err)
	}
	return command.ProcessState.ExitCode(), nil
}

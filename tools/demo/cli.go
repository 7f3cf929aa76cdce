package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// cli runs Terraform or OpenTofu in one folder.
type cli struct {
	// name is what a user types: terraform or tofu. version is the first line of its version command.
	name, version string
	folder        string

	program     string
	environment []string
}

// result is what a command came to.
type result struct {
	// output is standard output and standard error in the order they were written.
	output string
	code   int
}

func newCLI(ctx context.Context, program, folder, settings string) (*cli, error) {
	c := &cli{name: "terraform", program: program, folder: folder}
	// Nothing of the user's own settings is to change what the demo does.
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "TF_") && !strings.HasPrefix(setting, "MLFLOW_") {
			c.environment = append(c.environment, setting)
		}
	}
	c.environment = append(c.environment,
		"TF_CLI_CONFIG_FILE="+settings, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
	shown, err := c.read(ctx, "version")
	if err != nil {
		return nil, err
	}
	c.version, _, _ = strings.Cut(shown, "\n")
	if strings.HasPrefix(c.version, "OpenTofu") {
		c.name = "tofu"
	}
	return c, nil
}

// run runs a command to its end. That it exits with another code than 0 is no error.
func (c *cli) run(ctx context.Context, args ...string) (result, error) {
	var output bytes.Buffer
	code, err := c.execute(ctx, &output, &output, args)
	return result{output: output.String(), code: code}, err
}

// read runs a command that must succeed and returns its standard output.
func (c *cli) read(ctx context.Context, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	code, err := c.execute(ctx, &stdout, &stderr, args)
	if err == nil && code != 0 {
		err = fmt.Errorf("%s %s exited with %d: %s", c.name, strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String(), err
}

func (c *cli) execute(ctx context.Context, stdout, stderr io.Writer, args []string) (int, error) {
	command := exec.CommandContext(ctx, c.program, args...)
	command.Dir, command.Env = c.folder, c.environment
	command.Stdout, command.Stderr = stdout, stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = outside.StopPatience
	err := command.Run()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return 0, fmt.Errorf("%s %s: %w", c.name, strings.Join(args, " "), err)
	}
	return command.ProcessState.ExitCode(), nil
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// cli runs Terraform or OpenTofu in one folder.
type cli struct {
	*terraform.CLI

	// name is what a user types: terraform or tofu. version is the first line of its version command.
	name, version string
	folder        string
}

// result is what a command came to.
type result struct {
	// output is standard output and standard error in the order they were written.
	output string
	code   int
}

func newCLI(ctx context.Context, program, folder, settings string) (*cli, error) {
	found, err := terraform.New(program, settings)
	if err != nil {
		return nil, err
	}
	c := &cli{CLI: found, name: "terraform", folder: folder}
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
	code, err := c.Run(ctx, c.folder, &output, &output, args...)
	return result{output: output.String(), code: code}, err
}

// read runs a command that must succeed and returns its standard output.
func (c *cli) read(ctx context.Context, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	code, err := c.Run(ctx, c.folder, &stdout, &stderr, args...)
	if err == nil && code != 0 {
		err = fmt.Errorf("%s %s exited with %d: %s", c.name, strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String(), err
}

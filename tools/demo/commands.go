package main

import (
	"context"
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// CLI arguments that are left out of the commands as they are shown.
const (
	plain  = "-no-color"
	silent = "-input=false"
)

// initialize installs the provider from the mirror.
func (s *scene) initialize(ctx context.Context) error {
	s.command(s.cli.name, "init")
	done, err := s.cli.run(ctx, "init", plain, silent)
	if err != nil {
		return err
	}
	s.excerpt(done.output, "- Installed", "Terraform has been", "OpenTofu has been")
	return s.succeeds("init", done)
}

// apply applies what is configured and shows the outcome only.
func (s *scene) apply(ctx context.Context) error {
	s.command(s.cli.name, "apply -auto-approve")
	return s.applied(s.cli.run(ctx, "apply", plain, silent, "-auto-approve"))
}

// applyPlan applies a plan that was saved.
func (s *scene) applyPlan(ctx context.Context, file string) error {
	s.command(s.cli.name, "apply", file)
	return s.applied(s.cli.run(ctx, "apply", plain, silent, file))
}

func (s *scene) applied(done result, err error) error {
	if err != nil {
		return err
	}
	s.excerpt(done.output, "mlregistry_", "Apply complete!")
	return s.succeeds("apply", done)
}

// plan plans, saves and prints the plan, and checks what it changes. Its exit code of 2 says that there are changes.
func (s *scene) plan(ctx context.Context, file string, expected ...string) error {
	s.command(s.cli.name, "plan -detailed-exitcode -out="+file)
	planned, err := s.cli.run(ctx, "plan", plain, silent, "-detailed-exitcode", "-out="+file)
	if err != nil {
		return err
	}
	s.output(planned.output)
	if err := s.exits("plan", planned, 2); err != nil {
		return err
	}
	shown, err := s.cli.read(ctx, "show", "-json", file)
	if err != nil {
		return err
	}
	parsed, err := parsePlan(shown)
	if err != nil {
		return err
	}
	return s.sameLines("the saved plan, read as JSON, changes exactly this", parsed.lines(), expected)
}

// planNothing checks that there is nothing to do.
func (s *scene) planNothing(ctx context.Context) error {
	s.command(s.cli.name, "plan -detailed-exitcode")
	planned, err := s.cli.run(ctx, "plan", plain, silent, "-detailed-exitcode")
	if err != nil {
		return err
	}
	s.excerpt(planned.output, "No changes.")
	return s.exits("a second plan", planned, 0)
}

// planRefused checks that a plan fails with a message.
func (s *scene) planRefused(ctx context.Context, message string) error {
	s.command(s.cli.name, "plan")
	planned, err := s.cli.run(ctx, "plan", plain, silent)
	if err != nil {
		return err
	}
	s.output(planned.output)
	if err := s.exits("plan", planned, 1); err != nil {
		return err
	}
	return s.says("the plan says", planned.output, message)
}

// succeeds checks that a command exited with 0, without a word if it did.
func (s *scene) succeeds(what string, done result) error {
	if done.code == 0 {
		return nil
	}
	return s.exits(what, done, 0)
}

// exits checks the exit code of a command, and prints its whole output if it is another one.
func (s *scene) exits(what string, done result, code int) error {
	if done.code != code {
		s.output(done.output)
	}
	return s.same(what+" exits with", done.code, code)
}

// moveByHand moves a stage as a click in MLflow's user interface does: without Terraform.
func (s *scene) moveByHand(ctx context.Context, number int, stage string) error {
	to := transition{Name: s.model, Version: fmt.Sprint(number), Stage: stage, Archive: stage == "Production"}
	s.command(fmt.Sprintf("curl %s%smodel-versions/transition-stage --json \\\n    '%s'", s.registry.address, outside.APIPath, to))
	return s.registry.move(ctx, to)
}

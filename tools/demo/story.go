package main

import (
	"context"
	"fmt"
	"time"
)

// play acts out the story and checks it. It stops at the first check that fails.
func (s *scene) play(ctx context.Context) error {
	fmt.Fprintf(s.out, "%s, registry %s, model %s\n", s.cli.version, s.trackingURI, s.model)
	for _, act := range []func(context.Context) error{
		s.firstVersion, s.secondVersion, s.takeover, s.emptyPlan, s.movedByHand, s.rollback, s.mistake, s.conclusion,
	} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "\nAll %d checks passed in %.0f s.\n", s.checks, time.Since(s.begun).Seconds())
	return nil
}

func (s *scene) firstVersion(ctx context.Context) error {
	s.act("Version 1 goes to Production")
	if err := s.configure(versionBlock(1, "Production")); err != nil {
		return err
	}
	if err := s.initialize(ctx); err != nil {
		return err
	}
	if err := s.apply(ctx); err != nil {
		return err
	}
	return s.finds(ctx, "version 1 to Production", "1 Production")
}

func (s *scene) secondVersion(ctx context.Context) error {
	s.act("Version 2 is registered, and rehearsed in Staging",
		"Its stage is left out, so Terraform does not manage it: here the pipeline moves it by itself.")
	if err := s.configure(versionBlock(1, "Production") + "\n" + versionBlock(2, "")); err != nil {
		return err
	}
	if err := s.apply(ctx); err != nil {
		return err
	}
	if err := s.moveByHand(ctx, 2, "Staging"); err != nil {
		return err
	}
	return s.finds(ctx, "version 2 registered and rehearsed", "1 Production, 2 Staging")
}

func (s *scene) takeover(ctx context.Context) error {
	s.act("Version 2 takes over: one line moves from v1 to v2",
		`v1's stage is left out instead of set to "Archived": it is then not managed, and null in the state, which sends nothing.`,
		"Version 1 leaves in the same transaction in which version 2 enters. With \"Archived\", v1 would be a transition of its",
		"own that may come first: nobody would be in Production for a moment.")
	if err := s.configure(versionBlock(1, "") + "\n" + versionBlock(2, "Production")); err != nil {
		return err
	}
	if err := s.plan(ctx, "takeover.tfplan",
		addressV1+`: stage "Production" -> null`,
		addressV2+`: archives ["1"]`,
		addressV2+`: from_stage null -> "Staging"`,
		addressV2+`: stage null -> "Production"`); err != nil {
		return err
	}
	if err := s.watched(ctx, func() error { return s.applyPlan(ctx, "takeover.tfplan") }); err != nil {
		return err
	}
	return s.finds(ctx, "version 2 takes over", "1 Archived, 2 Production")
}

func (s *scene) emptyPlan(ctx context.Context) error {
	s.act("A second plan is empty")
	return s.planNothing(ctx)
}

func (s *scene) movedByHand(ctx context.Context) error {
	s.act("Somebody moves version 1 back by hand, and the next plan shows it")
	if err := s.moveByHand(ctx, 1, "Production"); err != nil {
		return err
	}
	if err := s.finds(ctx, "version 1 moved by hand", "1 Production, 2 Archived"); err != nil {
		return err
	}
	if err := s.plan(ctx, "repair.tfplan",
		addressV2+`: archives ["1"]`,
		addressV2+`: stage "Archived" -> "Production"`); err != nil {
		return err
	}
	if err := s.applyPlan(ctx, "repair.tfplan"); err != nil {
		return err
	}
	return s.finds(ctx, "apply puts it right", "1 Archived, 2 Production")
}

func (s *scene) rollback(ctx context.Context) error {
	s.act("Rollback: the commit of step 3 is reverted")
	if err := s.configure(versionBlock(1, "Production") + "\n" + versionBlock(2, "")); err != nil {
		return err
	}
	if err := s.watched(ctx, func() error { return s.apply(ctx) }); err != nil {
		return err
	}
	if err := s.finds(ctx, "commit reverted", "1 Production, 2 Archived"); err != nil {
		return err
	}
	return s.planNothing(ctx)
}

func (s *scene) mistake(ctx context.Context) error {
	s.act("A mistake fails in the plan")
	if err := s.configure(versionBlock(1, "Prod") + "\n" + versionBlock(2, "")); err != nil {
		return err
	}
	if err := s.planRefused(ctx, `"Prod" is not a stage: use one of None, Staging, Production, Archived`); err != nil {
		return err
	}
	return s.finds(ctx, "a mistake refused", "1 Production, 2 Archived")
}

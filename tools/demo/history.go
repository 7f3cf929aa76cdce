package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// moment is what the registry answered after a step.
type moment struct {
	what     string
	versions map[int]version
}

// stages writes the stage of every version: "1 Archived, 2 Production".
func (m moment) stages() string {
	var words []string
	for _, number := range slices.Sorted(maps.Keys(m.versions)) {
		words = append(words, fmt.Sprintf("%d %s", number, m.versions[number].Stage))
	}
	return strings.Join(words, ", ")
}

// finds reads the registry after a step and checks the stages of all versions.
func (s *scene) finds(ctx context.Context, what, expected string) error {
	versions, err := s.registry.versions(ctx, s.model)
	if err != nil {
		return err
	}
	now := moment{what, versions}
	s.history = append(s.history, now)
	return s.same("in the registry", now.stages(), expected)
}

// conclusion prints what the registry answered after each step, and what it holds now.
func (s *scene) conclusion(ctx context.Context) error {
	versions, err := s.registry.versions(ctx, s.model)
	if err != nil {
		return err
	}
	s.act("What the registry answered after each step, and what it holds now")
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	fmt.Fprintf(table, "\nafter\tversion 1\tversion 2\n")
	for _, then := range s.history {
		fmt.Fprintf(table, "%s\t%s\t%s\n", then.what, then.versions[1].Stage, then.versions[2].Stage)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(table, "\nversion\tstage\tsource\tlast changed\n")
	for _, number := range slices.Sorted(maps.Keys(versions)) {
		one := versions[number]
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", number, one.Stage, one.Source, time.UnixMilli(one.Changed).UTC().Format(time.RFC3339))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	s.output(text.String())
	return nil
}

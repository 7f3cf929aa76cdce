package main

import (
	"context"
	"fmt"
	"time"
)

// sighting is what a reader who loads "the model in Production" saw while something went on.
type sighting struct {
	reads, fewest, most int
	err                 error
}

// watched does something while a reader asks the registry again and again who is in Production, and checks that
// every answer named exactly one version.
func (s *scene) watched(ctx context.Context, do func() error) error {
	reading, stop := context.WithCancel(ctx)
	seen := make(chan sighting, 1)
	go func() { seen <- s.read(reading) }()
	err := do()
	stop()
	saw := <-seen
	if err != nil {
		return err
	}
	if saw.err != nil {
		return fmt.Errorf("reading the registry meanwhile: %w", saw.err)
	}
	return s.same(fmt.Sprintf("versions in Production in each of %d reads meanwhile", saw.reads),
		fmt.Sprintf("%d to %d", saw.fewest, saw.most), "1 to 1")
}

// read reads until ctx ends.
func (s *scene) read(ctx context.Context) sighting {
	var saw sighting
	for ctx.Err() == nil {
		versions, err := s.registry.versions(ctx, s.model)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			saw.err = err
			break
		}
		holders := 0
		for _, one := range versions {
			if one.Stage == "Production" {
				holders++
			}
		}
		if saw.reads == 0 {
			saw.fewest = holders
		}
		saw.fewest, saw.most = min(saw.fewest, holders), max(saw.most, holders)
		saw.reads++
		time.Sleep(time.Millisecond) // Leaves the machine to what is watched.
	}
	return saw
}

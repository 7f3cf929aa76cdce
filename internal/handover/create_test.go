package handover

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestCreateIsNeverDoneTwice(t *testing.T) {
	wanted := registry.NewVersion{Model: testModel, Source: "s3://m/new", Tags: map[string]string{"a": "b"}}
	for name, test := range map[string]struct {
		faults []string // Of the first calls: "before" loses the call, "after" loses the answer.
		made   int
		fails  bool
	}{
		"all well":                  {nil, 1, false},
		"answer lost":               {[]string{"after"}, 1, false},
		"call lost":                 {[]string{"before"}, 1, false},
		"call and then answer lost": {[]string{"before", "after"}, 1, false},
		"every call lost":           {[]string{"before", "before"}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageProduction)
			calls := 0
			w.fault = func(what string) (instead, after error) {
				if what != "create" {
					return nil, nil
				}
				calls++
				if calls > len(test.faults) {
					return nil, nil
				}
				if test.faults[calls-1] == "before" {
					return lost(), nil
				}
				return nil, lost()
			}
			version, err := newTestEngine(w, Atomic).Create(context.Background(), wanted, Goal{Model: testModel})
			if (err != nil) != test.fails {
				t.Fatalf("got %v", err)
			}
			if made := len(w.versions) - 1; made != test.made {
				t.Errorf("%d versions were made, want %d", made, test.made)
			}
			if !test.fails && (version.Number != 2 || version.Source != wanted.Source) {
				t.Errorf("got version %+v", version)
			}
		})
	}
}

func TestCreateTakesNoVersionOfSomebodyElse(t *testing.T) {
	w := newWorld(registry.StageProduction)
	w.fault = func(what string) (instead, after error) {
		if what == "create" {
			if len(w.versions) == 1 {
				w.add(registry.Version{Source: "s3://m/new", Description: "a pipeline's", Stage: registry.StageNone, Status: registry.StatusReady})
			}
			return lost(), nil
		}
		return nil, nil
	}
	_, err := newTestEngine(w, Atomic).Create(context.Background(), registry.NewVersion{Model: testModel, Source: "s3://m/new"}, Goal{})
	if !errors.Is(err, registry.ErrOutcomeUnknown) {
		t.Errorf("got %v", err)
	}
}

func TestCreateRefusesAnIntruderBeforeItMakesAVersion(t *testing.T) {
	w := newWorld(registry.StageProduction)
	_, err := newTestEngine(w, Atomic).Create(context.Background(),
		registry.NewVersion{Model: testModel, Source: "s3://m/new"}, toProduction(0))
	var intruder *IntruderError
	if !errors.As(err, &intruder) || len(w.versions) != 1 || !strings.Contains(err.Error(), "the new version was not created") {
		t.Errorf("got %v with %d versions", err, len(w.versions))
	}
}

func TestCreateRefusesAVersionWithoutTheRequiredTags(t *testing.T) {
	w := newWorld(registry.StageProduction)
	wanted := registry.NewVersion{Model: testModel, Source: "s3://m/new", Tags: map[string]string{"risk": "low"}}
	var lacks *TagsError
	if _, err := New(w, Atomic).Create(t.Context(), wanted, gated(toProduction(0, 1))); !errors.As(err, &lacks) || len(lacks.Lacking) != 1 {
		t.Errorf("got %v", err)
	}
	if len(w.versions) != 1 {
		t.Errorf("%d versions", len(w.versions))
	}
	wanted.Tags["validation_status"] = "passed"
	if _, err := New(w, Atomic).Create(t.Context(), wanted, gated(toProduction(0, 1))); err != nil {
		t.Error(err)
	}
}

func TestCreateTakesWhatAKilledProcessLeft(t *testing.T) {
	wanted := registry.NewVersion{Model: testModel, Source: "s3://m/new", Description: "words that changed since"}
	mark := map[string]string{UnfinishedTag: "of the killed process"}
	for name, test := range map[string]struct {
		left registry.Version
		want registry.Number
	}{
		"before the promotion": {registry.Version{Source: wanted.Source, Tags: mark, Stage: registry.StageNone}, 2},
		"after the promotion":  {registry.Version{Source: wanted.Source, Tags: mark, Stage: registry.StageProduction}, 2},
		"finished":             {registry.Version{Source: wanted.Source, Stage: registry.StageNone}, 3},
		"of another source":    {registry.Version{Source: "s3://m/other", Tags: mark, Stage: registry.StageNone}, 3},
		"archived since":       {registry.Version{Source: wanted.Source, Tags: mark, Stage: registry.StageArchived}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageArchived)
			w.add(test.left)
			engine := newTestEngine(w, Atomic)
			version, err := engine.Create(context.Background(), wanted, toProduction(0))
			if err != nil || version.Number != test.want {
				t.Fatalf("got version %s, %v; want %s", version.Number, err, test.want)
			}
			// What this process registered or took is not left behind: a second resource gets a version of its own.
			again, err := engine.Create(context.Background(), wanted, Goal{Model: testModel})
			if err != nil || again.Number != 4 && test.want == 3 || again.Number != 3 && test.want == 2 {
				t.Errorf("the second resource got version %s, %v", again.Number, err)
			}
		})
	}
}

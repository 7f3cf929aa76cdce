package ownwrites_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/ownwrites"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// want reads a fact, and wants it after a time between two bounds.
func want(t *testing.T, r registry.Reader, read facts, fact string, least, most time.Duration) {
	t.Helper()
	begun := time.Now()
	got, err := read(t.Context(), r)
	if took := time.Since(begun); got != fact || err != nil || took < least || took > most {
		t.Errorf("after %s: %q, %v; want %q after %s to %s", took, got, err, fact, least, most)
	}
}

// theirs are changes of somebody else to what this process writes, and what is read after both.
func theirs() map[string]string {
	return map[string]string{
		"a model is described": "theirs", "a model is tagged": "theirs", "a model's tag is removed": "theirs",
		"an alias moves": "3", "an alias is removed": "3",
		"a version is described": "theirs", "a version is tagged": "theirs", "a version's tag is removed": "theirs",
		"a version is promoted": "Archived", "another is promoted": "Staging", "a version is archived": "Staging",
	}
}

// interfere is what somebody else does to what an act wrote.
func interfere(ctx context.Context, name string, r registry.Registry) (err error) {
	switch name {
	case "a model is described":
		_, err = r.DescribeModel(ctx, "m", "theirs")
	case "a model is tagged", "a model's tag is removed":
		err = r.SetModelTag(ctx, "m", "team", "theirs")
	case "an alias moves", "an alias is removed":
		err = r.SetAlias(ctx, "m", "champion", 3)
	case "a version is described":
		_, err = r.DescribeVersion(ctx, "m", 1, "theirs")
	case "a version is tagged", "a version's tag is removed":
		err = r.SetVersionTag(ctx, "m", 1, "team", "theirs")
	case "a version is promoted":
		err = moveTo(2, registry.StageArchived)(ctx, r)
	case "another is promoted", "a version is archived":
		err = moveTo(1, registry.StageStaging)(ctx, r)
	}
	return err
}

// What somebody makes of it later is no lag: it is read without a wait, and through a lag as soon as it is there.
func TestWhatSomebodyChangesAfterItIsRead(t *testing.T) {
	for name, fact := range theirs() {
		act := acts()[name]
		for _, lag := range []time.Duration{0, 300 * time.Millisecond} {
			for _, read := range act.reads {
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						reg, target := prepared(t, lag)
						look(t, reg)
						if err := errors.Join(act.write(t.Context(), reg), interfere(t.Context(), name, target)); err != nil {
							t.Fatal(err)
						}
						want(t, reg, read, fact, lag, lag*3/2+100*time.Millisecond)
					})
				})
			}
		}
	}
}

// Somebody may set a thing back to what it was. That looks as if reads lagged, unless they show a later write of this process, too.
func TestWhatIsSetBackIsNotTakenForALag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		look(t, reg)
		if err := errors.Join(reg.SetVersionTag(t.Context(), "m", 2, "team", "new"), promote(2)(t.Context(), reg),
			target.SetVersionTag(t.Context(), "m", 2, "team", "old")); err != nil {
			t.Fatal(err)
		}
		want(t, reg, versionFact(2, teamOf), "old", 0, 0)
		want(t, reg, versionsFact(2, teamOf), "old", 0, 0)
	})
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		look(t, reg)
		if err := errors.Join(reg.SetVersionTag(t.Context(), "m", 2, "team", "new"), target.SetVersionTag(t.Context(), "m", 2, "team", "old")); err != nil {
			t.Fatal(err)
		}
		if _, err := reg.Version(t.Context(), "m", 2); !errors.Is(err, registry.ErrStale) {
			t.Errorf("got %v", err)
		}
	})
}

// What was shown once may be changed by anybody after that. What another kind of read has not shown is waited for as well, and then
// believed, for somebody may have changed it since.
func TestWhatWasShownOnceIsNotHeldAgainstAnybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		look(t, reg)
		if err := reg.SetVersionTag(t.Context(), "m", 2, "team", "new"); err != nil {
			t.Fatal(err)
		}
		want(t, reg, versionFact(2, teamOf), "new", 0, 0)
		target.lag["versions"] = 700 * time.Millisecond
		want(t, reg, versionsFact(2, teamOf), "new", 700*time.Millisecond, time.Second)
		if err := reg.SetVersionTag(t.Context(), "m", 2, "team", "newer"); err != nil {
			t.Fatal(err)
		}
		want(t, reg, versionFact(2, teamOf), "newer", 0, 0)
		if err := target.SetVersionTag(t.Context(), "m", 2, "team", "new"); err != nil {
			t.Fatal(err)
		}
		want(t, reg, versionFact(2, teamOf), "new", 0, 0)
		time.Sleep(time.Second) // In the bubble's own time: the list shows it as well.
		want(t, reg, versionsFact(2, teamOf), "new", 8*time.Second, 10*time.Second)
	})
}

// Clocks of servers differ, and a time is written before its transaction ends: a transition that came later may seem to be older. Where
// another version shows the own transition, nothing is waited for; else a moment.
func TestATransitionThatOvertakesIsNotTakenForALag(t *testing.T) {
	for _, witness := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := prepared(t, 0)
			to := registry.StageProduction // Version 1 leaves it at the same time.
			if !witness {
				to = registry.StageStaging
			}
			look(t, reg)
			if err := moveTo(2, to)(t.Context(), reg); err != nil {
				t.Fatal(err)
			}
			target.slow = 20 * time.Millisecond
			if err := moveTo(2, registry.StageArchived)(t.Context(), target); err != nil {
				t.Fatal(err)
			}
			if witness {
				want(t, reg, versionsFact(2, stageOf), "Archived", 0, 0)
			} else {
				want(t, reg, versionsFact(2, stageOf), "Archived", 300*time.Millisecond, time.Second)
			}
		})
	}
	// A third one, which came later by all clocks, shows it as well.
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		look(t, reg)
		if err := moveTo(2, registry.StageStaging)(t.Context(), reg); err != nil {
			t.Fatal(err)
		}
		for _, slow := range []time.Duration{20 * time.Millisecond, 0} {
			target.slow = slow
			if err := moveTo(map[bool]registry.Number{true: 2, false: 3}[slow > 0], registry.StageArchived)(t.Context(), target); err != nil {
				t.Fatal(err)
			}
		}
		want(t, reg, versionsFact(2, stageOf), "Archived", 0, 0)
	})
}

// Whoever takes the stage from the version by a promotion shows that it had it, whatever the clocks say.
func TestADisplacedVersionIsNotTakenForALag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		look(t, reg)
		if err := moveTo(2, registry.StageStaging)(t.Context(), reg); err != nil {
			t.Fatal(err)
		}
		target.slow = 20 * time.Millisecond
		if err := moveTo(3, registry.StageStaging)(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		want(t, reg, versionsFact(2, stageOf), "Archived", 0, 0)
	})
}

// The version that this process's transition has archived may be promoted again by one that overtakes it.
func TestAVersionThatComesBackIsNotTakenForALag(t *testing.T) {
	for _, read := range []facts{versionFact(1, stageOf), versionsFact(1, stageOf)} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := prepared(t, 0)
			look(t, reg)
			if err := promote(2)(t.Context(), reg); err != nil {
				t.Fatal(err)
			}
			target.slow = 20 * time.Millisecond
			if err := promote(1)(t.Context(), target); err != nil {
				t.Fatal(err)
			}
			want(t, reg, read, "Production", 0, time.Second)
		})
	}
}

// Where reads lag, a place that a version had between this process's look and its transition is not taken for one that came later.
func TestAPlaceBetweenLookAndTransitionIsNotTakenForALaterOne(t *testing.T) {
	for _, between := range []time.Duration{10 * time.Millisecond, 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := prepared(t, 3*time.Second)
			look(t, reg)
			if err := moveTo(2, registry.StageArchived)(t.Context(), target); err != nil {
				t.Fatal(err)
			}
			time.Sleep(between)
			if err := promote(2)(t.Context(), reg); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3*time.Second - between/2) // The copy has the first of both.
			want(t, reg, versionsFact(2, stageOf), "Production", between/2, between/2+time.Second)
		})
	}
}

// A server that ignores archive_existing_versions leaves the holders where they are. The list of versions says so.
func TestAServerThatArchivesNobodyIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		target.ignoresFlag = true
		look(t, reg)
		if err := promote(2)(t.Context(), reg); err != nil {
			t.Fatal(err)
		}
		want(t, reg, versionsFact(1, stageOf), "Production", 0, 0)
		want(t, reg, versionFact(1, stageOf), "Production", 0, 0)
	})
}

// Servers that write no times show by the stage whether a transition has reached their reads.
func TestServersWithoutTimes(t *testing.T) {
	for _, lag := range []time.Duration{0, 300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			target := newReplica(0)
			target.withoutTimes = true
			reg := ownwrites.New(target)
			_, err := target.CreateModel(t.Context(), registry.NewModel{Name: "m"})
			for range 2 {
				_, more := target.CreateVersion(t.Context(), registry.NewVersion{Model: "m"})
				err = errors.Join(err, more)
			}
			target.lag[""] = lag
			time.Sleep(time.Second)
			look(t, reg)
			for _, stage := range []registry.Stage{registry.StageStaging, registry.StageProduction, registry.StageStaging} {
				err = errors.Join(err, moveTo(2, stage)(t.Context(), reg))
				want(t, reg, versionsFact(2, stageOf), string(stage), 0, lag*3/2+100*time.Millisecond)
			}
			_, more := reg.DescribeVersion(t.Context(), "m", 2, "new")
			want(t, reg, versionsFact(2, descriptionOf), "new", 0, lag*3/2+100*time.Millisecond)
			if err = errors.Join(err, more); err != nil {
				t.Error(err)
			}
		})
	}
}

// Some registries keep names in lower case, trim texts, or change line ends. That is what was written.
func TestWhatARegistrySpellsOtherwiseIsWhatWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target := prepared(t, 0)
		reg := ownwrites.New(&speller{target})
		if err := errors.Join(reg.SetAlias(t.Context(), "m", "Best", 2), reg.SetVersionTag(t.Context(), "m", 1, "note", "a\r\nb "),
			reg.SetModelTag(t.Context(), "m", "Team ", "new")); err != nil {
			t.Fatal(err)
		}
		want(t, reg, modelFact(func(m registry.Model) string { return m.Aliases["best"].String() + m.Tags["team"] }), "2new", 0, 0)
		want(t, reg, versionsFact(1, func(v registry.Version) string { return v.Tags["note"] }), "a\nb", 0, 0)
	})
}

type speller struct{ *replica }

func (s *speller) SetAlias(ctx context.Context, name, _ string, number registry.Number) error {
	return s.replica.SetAlias(ctx, name, "best", number)
}

func (s *speller) SetModelTag(ctx context.Context, name, _, text string) error {
	return s.replica.SetModelTag(ctx, name, "team", text)
}

func (s *speller) SetVersionTag(ctx context.Context, name string, number registry.Number, key, _ string) error {
	return s.replica.SetVersionTag(ctx, name, number, key, "a\nb")
}

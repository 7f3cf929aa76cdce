package ownwrites_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/ownwrites"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// looksForItself reports whether a write of unknown outcome is looked for at once. Moves and registrations are their caller's to settle.
func looksForItself(name string) bool {
	return strings.Contains(name, "described") || strings.Contains(name, "tag") || strings.Contains(name, "alias") || strings.Contains(name, "deleted")
}

// A write that may have been done is done if one look shows it.
func TestAWriteOfUnknownOutcomeIsLookedFor(t *testing.T) {
	for name, act := range acts() {
		for _, test := range []struct {
			lag  time.Duration
			skip bool
			done bool
		}{{0, false, true}, {0, true, false}, {time.Second, false, false}} {
			t.Run(fmt.Sprintf("%s/%v/%t", name, test.lag, test.skip), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reg, target := prepared(t, test.lag)
					look(t, reg)
					target.asked()
					target.outcome, target.skip = fmt.Errorf("lost: %w", registry.ErrOutcomeUnknown), test.skip
					err := act.write(t.Context(), reg)
					looks := strings.Count(target.asked(), ";")
					if !looksForItself(name) {
						test.done = false
					} else if !test.done && looks != 1 {
						t.Errorf("%d looks, want 1", looks)
					}
					if test.done && err != nil || !test.done && !errors.Is(err, registry.ErrOutcomeUnknown) {
						t.Errorf("got %v", err)
					}
				})
			})
		}
	}
}

// A write that may have been done, or not, leaves open which of both is read: neither is waited for.
func TestAWriteOfUnknownOutcomeIsNotWaitedFor(t *testing.T) {
	for name, act := range acts() {
		for _, done := range []bool{true, false} {
			for _, read := range act.reads {
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						reg, target := prepared(t, 0)
						look(t, reg)
						fact := act.before
						for range 2 { // The second time after an own write to the same object.
							target.outcome, target.skip = fmt.Errorf("lost: %w", registry.ErrOutcomeUnknown), !done
							shown := looksForItself(name) && (done || fact == act.after)
							if err := act.write(t.Context(), reg); errors.Is(err, registry.ErrOutcomeUnknown) == shown {
								t.Fatal(err)
							}
							if target.outcome = nil; done {
								fact = act.after
							}
							want(t, reg, read, fact, 0, 0)
							if name == "a version is registered" || strings.Contains(name, "deleted") {
								return
							}
							if err := act.write(t.Context(), reg); err != nil {
								t.Fatal(err)
							}
							fact = act.after
						}
					})
				})
			}
		}
	}
}

// A write that was refused has changed nothing: what was written before it is waited for.
func TestARefusedWriteChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, time.Second)
		look(t, reg)
		if err := reg.SetAlias(t.Context(), "m", "champion", 2); err != nil {
			t.Fatal(err)
		}
		target.outcome, target.skip = registry.ErrPermissionDenied, true
		if err := reg.SetAlias(t.Context(), "m", "champion", 3); !errors.Is(err, registry.ErrPermissionDenied) {
			t.Fatal(err)
		}
		want(t, reg, modelFact(func(m registry.Model) string { return m.Aliases["champion"].String() }), "2", time.Second, 2*time.Second)
	})
}

// The last of several writes to one thing is what reads have to show, and none of those before it.
func TestTheLastWriteIsShown(t *testing.T) {
	for _, looked := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := prepared(t, 2*time.Second)
			if looked {
				look(t, reg)
			}
			var err error
			for number := range registry.Number(3) {
				err = errors.Join(err, reg.SetAlias(t.Context(), "m", "champion", 3-number), reg.SetVersionTag(t.Context(), "m", 1, "team", number.String()))
				_, more := reg.TransitionStage(t.Context(), registry.Transition{
					Model: "m", Number: 2, Stage: []registry.Stage{registry.StageStaging, registry.StageProduction, registry.StageStaging}[number],
				})
				err = errors.Join(err, more)
				time.Sleep(500 * time.Millisecond)
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second) // The copy has the second of the three.
			if now := target.at(time.Now().Add(-2 * time.Second)).models["m"]; now.Aliases["champion"] != 2 {
				t.Fatalf("the copy is not where it should be: %v", now.Aliases)
			}
			want(t, reg, modelFact(func(m registry.Model) string { return m.Aliases["champion"].String() }), "1", 0, time.Second)
			want(t, reg, versionsFact(1, teamOf), "2", 0, time.Second)
			want(t, reg, versionsFact(2, stageOf), "Staging", 0, time.Second)
		})
	}
}

// The versions of a model that this process has deleted are not those of the one that it creates in its place.
func TestAModelThatIsCreatedAgainHasNoOldVersions(t *testing.T) {
	for _, looked := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			reg, _ := prepared(t, time.Second)
			if looked {
				look(t, reg)
			}
			if err := reg.DeleteModel(t.Context(), "m"); err != nil {
				t.Fatal(err)
			}
			created, err := reg.CreateModel(t.Context(), registry.NewModel{Name: "m"})
			if err != nil {
				t.Fatal(err)
			}
			want(t, reg, versionsFact(1, func(registry.Version) string { return "there" }), "gone", time.Second, 2*time.Second)
			want(t, reg, modelFact(func(m registry.Model) string { return m.CreatedAt.String() }), created.CreatedAt.String(), 0, 0)
			if _, err = reg.CreateVersion(t.Context(), registry.NewVersion{Model: "m"}); err != nil {
				t.Fatal(err)
			}
			want(t, reg, versionsFact(1, func(registry.Version) string { return "there" }), "there", 0, 2*time.Second)
		})
	}
}

// An alias goes with the version at which it points, so that reads must not be held to it; set anew, it is.
func TestAnAliasGoesWithItsVersion(t *testing.T) {
	for _, lag := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			reg, target := prepared(t, lag)
			look(t, reg)
			champion := modelFact(func(m registry.Model) string { return m.Aliases["champion"].String() })
			if err := errors.Join(reg.SetAlias(t.Context(), "m", "champion", 2), reg.DeleteVersion(t.Context(), "m", 2)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			want(t, reg, champion, "0", 0, 0)
			if err := errors.Join(target.SetAlias(t.Context(), "m", "champion", 1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			look(t, reg)
			if err := reg.DeleteVersion(t.Context(), "m", 1); err != nil {
				t.Fatal(err)
			}
			time.Sleep(500 * time.Millisecond)
			if err := reg.SetAlias(t.Context(), "m", "champion", 3); err != nil {
				t.Fatal(err)
			}
			time.Sleep(lag * 3 / 4) // The copy has the deletion.
			want(t, reg, champion, "3", 0, lag)
		})
	}
}

// MLflow 3.17 answers 404 to a tag or an alias that it has set, where its reads do not show the model yet. It is done, and is not
// done again.
func TestAWriteThatWasDoneAndAnsweredNotFound(t *testing.T) {
	for _, lag := range []time.Duration{0, 700 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			target := newReplica(lag)
			target.checksModel = true
			reg := ownwrites.New(target)
			ctx := t.Context()
			_, err := reg.CreateModel(ctx, registry.NewModel{Name: "m"})
			_, more := reg.CreateVersion(ctx, registry.NewVersion{Model: "m", Tags: map[string]string{"mark": "x"}})
			if err = errors.Join(err, more); err != nil {
				t.Fatal(err)
			}
			target.asked()
			if err = errors.Join(reg.SetAlias(ctx, "m", "champion", 1), reg.SetVersionTag(ctx, "m", 1, "team", "new"),
				reg.DeleteVersionTag(ctx, "m", 1, "mark"), reg.SetModelTag(ctx, "m", "team", "new"), reg.DeleteModelTag(ctx, "m", "gone"),
				reg.DeleteAlias(ctx, "m", "gone")); err != nil {
				t.Error(err)
			}
			asked := target.asked()
			for _, request := range []string{"alias m", "tag m", "untag m", "unalias m"} {
				if most := 2; strings.Count("; "+asked, "; "+request) > most {
					t.Errorf("asked for %s", asked)
				}
			}
			if lag == 0 && strings.Count(asked, ";") != 5 {
				t.Errorf("asked for %s", asked)
			}
			want(t, reg, versionFact(1, func(v registry.Version) string { return fmt.Sprint(v.Tags) }), "map[team:new]", 0, time.Second)
		})
	}
}

// A refusal that is one stays one.
func TestAWriteToWhatIsGoneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := newReplica(0)
		reg := ownwrites.New(target)
		if err := reg.SetAlias(t.Context(), "m", "champion", 1); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if _, err := reg.CreateModel(t.Context(), registry.NewModel{Name: "m"}); err != nil {
			t.Fatal(err)
		}
		if err := target.DeleteModel(t.Context(), "m"); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := reg.SetAlias(t.Context(), "m", "champion", 1); !errors.Is(err, registry.ErrNotFound) || time.Since(begun) > 11*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

func TestManyReadersAndWritersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, _ := prepared(t, 20*time.Millisecond)
		var all sync.WaitGroup
		for worker := range 20 {
			all.Go(func() {
				key := fmt.Sprint("key", worker)
				for round := range 10 {
					if err := reg.SetVersionTag(t.Context(), "m", 1, key, fmt.Sprint(round)); err != nil {
						t.Error(err)
					}
					for _, read := range []facts{versionFact(1, func(v registry.Version) string { return v.Tags[key] }),
						versionsFact(1, func(v registry.Version) string { return v.Tags[key] })} {
						if got, err := read(t.Context(), reg); got != fmt.Sprint(round) || err != nil {
							t.Errorf("%s is %q, not %d: %v", key, got, round, err)
						}
					}
					for version, err := range reg.SearchVersions(t.Context(), registry.Search{Models: []string{"m", "n"}}) {
						if version.Number == 1 && version.Tags[key] != fmt.Sprint(round) || err != nil {
							t.Errorf("%s is %q, not %d: %v", key, version.Tags[key], round, err)
						}
					}
				}
			})
		}
		all.Wait()
	})
}

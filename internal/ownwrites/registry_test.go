package ownwrites_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/ownwrites"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// prepared returns a registry with a model of three versions, of which the first is in Production with an alias and a tag, and which
// an earlier process has made. Somebody else may act on it by the second value.
func prepared(t *testing.T, lag time.Duration) (*ownwrites.Registry, *replica) {
	t.Helper()
	target := newReplica(0)
	ctx := t.Context()
	done := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := target.CreateModel(ctx, registry.NewModel{Name: "m", Description: "old", Tags: map[string]string{"team": "old"}})
	done(err)
	for range 3 {
		_, err = target.CreateVersion(ctx, registry.NewVersion{Model: "m", Description: "old", Tags: map[string]string{"team": "old"}})
		done(err)
	}
	_, err = target.TransitionStage(ctx, registry.Transition{Model: "m", Number: 1, Stage: registry.StageProduction})
	done(err)
	done(target.SetAlias(ctx, "m", "champion", 1))
	time.Sleep(time.Hour) // In the bubble's own time: the copy has it all.
	target.lag[""] = lag
	target.asked()
	return ownwrites.New(target), target
}

// look is what this process reads before it writes, as the resources do.
func look(t *testing.T, r registry.Registry) {
	t.Helper()
	if _, err := r.Model(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Versions(t.Context(), "m"); err != nil {
		t.Fatal(err)
	}
}

// Whatever is written, what is read after it shows it, in each way to read, however far behind the server's reads are. That takes no
// longer than they lag, and half of that.
func TestReadsShowWhatThisProcessHasWritten(t *testing.T) {
	for name, act := range acts() {
		for _, lag := range []time.Duration{0, 20 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond, 5 * time.Second} {
			for _, looked := range []bool{true, false} {
				for _, read := range act.reads {
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							reg, target := prepared(t, lag)
							if looked || name == "another is promoted" {
								look(t, reg)
							}
							if got, err := read(t.Context(), target); got != act.before || err != nil {
								t.Fatalf("at first %q, %v", got, err)
							}
							if err := act.write(t.Context(), reg); err != nil {
								t.Fatal(err)
							}
							begun := time.Now()
							target.asked()
							if got, err := read(t.Context(), reg); got != act.after || err != nil {
								t.Errorf("lag %s, looked before %t: got %q, %v", lag, looked, got, err)
							}
							if took := time.Since(begun); took > lag*3/2+100*time.Millisecond {
								t.Errorf("with a lag of %s it took %s", lag, took)
							}
							if asked := target.asked(); lag == 0 && strings.Contains(asked, ";") {
								t.Errorf("without a lag, asked for %s", asked)
							}
						})
					})
				}
			}
		}
	}
}

// Where reads never catch up, what was read comes together with an error of its own kind, after the patience, in which nothing is gone.
// Whoever reads after that is told at once.
func TestAReadThatNeverCatchesUpIsNotBelieved(t *testing.T) {
	for name, act := range acts() {
		for _, read := range act.reads {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reg, target := prepared(t, 0)
					look(t, reg)
					target.lag[""] = time.Minute
					if err := act.write(t.Context(), reg); err != nil {
						t.Fatal(err)
					}
					for _, patience := range []time.Duration{10 * time.Second, 0} {
						begun := time.Now()
						target.asked()
						got, err := read(t.Context(), reg)
						if got != act.before && got != "" || !errors.Is(err, registry.ErrStale) || errors.Is(err, registry.ErrNotFound) {
							t.Errorf("got %q, %v", got, err)
						}
						if stale, ok := errors.AsType[*registry.StaleError](err); !ok || stale.Model != "m" || len(stale.Writes) == 0 {
							t.Errorf("got %v", err)
						}
						if took := time.Since(begun); took != patience {
							t.Errorf("it took %s, not %s", took, patience)
						}
						if asked := strings.Split(target.asked(), "; "); len(asked) > 20 {
							t.Errorf("%d requests", len(asked))
						}
					}
					time.Sleep(time.Minute) // In the bubble's own time.
					if got, err := read(t.Context(), reg); got != act.after || err != nil {
						t.Errorf("once the reads have caught up: %q, %v", got, err)
					}
				})
			})
		}
	}
}

// Later than the patience, a first read is believed: nothing says that reads lag for so long, and somebody may have undone the write.
func TestAReadLongAfterAWriteIsBelieved(t *testing.T) {
	for name, act := range acts() {
		for _, read := range act.reads {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reg, target := prepared(t, 0)
					look(t, reg)
					target.lag[""] = time.Minute
					if err := act.write(t.Context(), reg); err != nil {
						t.Fatal(err)
					}
					time.Sleep(10 * time.Second) // In the bubble's own time.
					want(t, reg, read, act.before, 0, 0)
				})
			})
		}
	}
}

// The walk of Terraform that follows waits as well, and then believes what it reads: it accuses nobody.
func TestTheNextWalkBelievesWhatItReads(t *testing.T) {
	for name, act := range acts() {
		for _, read := range act.reads {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reg, target := prepared(t, 0)
					look(t, reg)
					target.lag[""] = time.Minute
					if err := act.write(t.Context(), reg); err != nil {
						t.Fatal(err)
					}
					reg.Forget()
					for _, patience := range []time.Duration{10 * time.Second, 0} {
						begun := time.Now()
						if got, err := read(t.Context(), reg); got != act.before || err != nil {
							t.Errorf("got %q, %v", got, err)
						}
						if took := time.Since(begun); took != patience {
							t.Errorf("it took %s, not %s", took, patience)
						}
					}
				})
			})
		}
	}
}

// Reads of what was not written, of another model, and of a process that writes nothing cost nothing.
func TestOtherReadsWaitForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, target := prepared(t, 0)
		_, _ = target.CreateModel(t.Context(), registry.NewModel{Name: "other"})
		look(t, reg)
		target.lag[""] = time.Minute
		time.Sleep(2 * time.Minute)
		if err := reg.SetVersionTag(t.Context(), "m", 1, "team", "new"); err != nil {
			t.Fatal(err)
		}
		target.asked()
		begun := time.Now()
		if _, err := reg.Model(t.Context(), "m"); err != nil {
			t.Error(err)
		}
		if _, err := reg.Version(t.Context(), "m", 2); err != nil {
			t.Error(err)
		}
		if _, err := reg.Versions(t.Context(), "other"); err != nil {
			t.Error(err)
		}
		if _, err := reg.Model(t.Context(), "gone"); !errors.Is(err, registry.ErrNotFound) {
			t.Error(err)
		}
		if asked := target.asked(); time.Since(begun) > 0 || asked != "get m; version m/2; versions other; get gone" {
			t.Errorf("after %s, asked for %s", time.Since(begun), asked)
		}
	})
}

// Once reads were seen to lag, a write ends when they show it: whoever plans next in another process sees what this one leaves behind.
// Where they never catch up, that is not tried again, and where they do not lag, nothing is asked for.
func TestWhatIsLeftBehindIsSeenByTheNextProcess(t *testing.T) {
	for name, act := range acts() {
		for _, lag := range []time.Duration{0, 700 * time.Millisecond, time.Minute} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reg, target := prepared(t, lag)
					look(t, reg)
					if err := reg.SetModelTag(t.Context(), "m", "seen", "yes"); err != nil {
						t.Fatal(err)
					}
					_, _ = reg.Model(t.Context(), "m")
					target.asked()
					begun := time.Now()
					if err := act.write(t.Context(), reg); err != nil {
						t.Fatal(err)
					}
					took, asked := time.Since(begun), target.asked()
					switch {
					case lag == 0 || lag == time.Minute:
						if took > 0 || strings.Contains(asked, ";") {
							t.Errorf("with a lag of %s it took %s, and %s", lag, took, asked)
						}
					case took > 2*lag:
						t.Errorf("it took %s", took)
					default:
						for _, read := range act.reads {
							want(t, target, read, act.after, 0, 0)
						}
					}
				})
			})
		}
	}
}

func TestWhoeverWaitsCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg, _ := prepared(t, time.Minute)
		if err := reg.SetAlias(t.Context(), "m", "champion", 2); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := reg.Model(ctx, "m")
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, registry.ErrStale) || time.Since(begun) != 3*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

// A read that began before a write ended may show what was there before.
func TestAReadBesideAWriteIsBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, target := prepared(t, 0)
		slow := &slowReads{replica: target, hold: make(chan struct{})}
		reg := ownwrites.New(slow)
		read := make(chan registry.Number)
		go func() {
			model, err := reg.Model(t.Context(), "m")
			if err != nil {
				t.Error(err)
			}
			read <- model.Aliases["champion"]
		}()
		synctest.Wait()
		if err := reg.SetAlias(t.Context(), "m", "champion", 2); err != nil {
			t.Fatal(err)
		}
		close(slow.hold)
		begun := time.Now()
		if number := <-read; number != 1 || time.Since(begun) > 0 {
			t.Errorf("after %s: %s", time.Since(begun), number)
		}
	})
}

// A read that a later write passes has to show the earlier one still, or what came after it.
func TestAReadBesideALaterWriteShowsTheEarlierOne(t *testing.T) {
	for name, later := range map[string]func(ctx context.Context, r registry.Registry) error{
		"to the same version": moveTo(2, registry.StageArchived),
		"that deletes it":     func(ctx context.Context, r registry.Registry) error { return r.DeleteVersion(ctx, "m", 2) },
		"that deletes all":    func(ctx context.Context, r registry.Registry) error { return r.DeleteModel(ctx, "m") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, target := prepared(t, time.Second)
				slow := &slowReads{replica: target, hold: make(chan struct{})}
				reg := ownwrites.New(slow)
				if err := promote(2)(t.Context(), reg); err != nil {
					t.Fatal(err)
				}
				for _, list := range []bool{true, false} {
					go func() {
						read := versionsFact(2, stageOf)
						if list {
							read = func(ctx context.Context, r registry.Reader) (string, error) {
								for version, err := range r.(registry.Searcher).SearchVersions(ctx, registry.Search{Model: "m"}) {
									if err != nil || version.Number == 2 {
										return stageOf(version), err
									}
								}
								return "gone", nil
							}
						}
						if got, err := read(t.Context(), reg); got == "None" || err != nil {
							t.Errorf("in a list: %t: %q, %v", list, got, err)
						}
					}()
				}
				synctest.Wait()
				if err := later(t.Context(), reg); err != nil {
					t.Fatal(err)
				}
				close(slow.hold)
				time.Sleep(time.Minute) // In the bubble's own time.
			})
		})
	}
}

// slowReads holds back the answers to reads.
type slowReads struct {
	*replica

	hold chan struct{}
}

func (s *slowReads) Model(ctx context.Context, name string) (registry.Model, error) {
	model, err := s.replica.Model(ctx, name)
	<-s.hold
	return model, err
}

func (s *slowReads) Versions(ctx context.Context, name string) ([]registry.Version, error) {
	versions, err := s.replica.Versions(ctx, name)
	<-s.hold
	return versions, err
}

func (s *slowReads) SearchVersions(ctx context.Context, search registry.Search) iter.Seq2[registry.Version, error] {
	return func(yield func(registry.Version, error) bool) {
		for version, err := range s.replica.SearchVersions(ctx, search) {
			<-s.hold
			if !yield(version, err) {
				return
			}
		}
	}
}

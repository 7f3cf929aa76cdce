package handover

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// registering is a registration from one source into the test's model.
func registering(source string, goal Goal) Registering {
	goal.Model = testModel
	return Registering{NewVersion: registry.NewVersion{Model: testModel, Source: source, Tags: map[string]string{"a": "b"}}, Goal: goal}
}

// register registers, and ends the lease as a run does that is through.
func register(t *testing.T, engine *Engine, wanted Registering) (registry.Version, error) {
	t.Helper()
	held, err := engine.Register(context.Background(), wanted)
	if err != nil {
		return registry.Version{}, err
	}
	if err := held.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
	return held.Version, nil
}

// mlflowSays is a passing failure that MLflow itself answers: it is through with the request.
func mlflowSays() error {
	return &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Code: "TEMPORARILY_UNAVAILABLE", Message: "deadlock", Unknown: true}
}

func TestAVersionIsNeverRegisteredTwice(t *testing.T) {
	for name, test := range map[string]struct {
		instead, after []error // What goes wrong with the first calls.
		made           int
		lost           bool
	}{
		"all well":           {nil, nil, 1, false},
		"the answer is lost": {nil, []error{lost()}, 1, false},
		"the call is lost":   {[]error{lost()}, nil, 0, true},
		"a proxy answers 503 instead of the server": {[]error{&registry.Error{Kind: registry.ErrUnavailable, Status: 503, Unknown: true}}, nil, 0, true},
		"MLflow says that it did not":               {[]error{mlflowSays()}, nil, 1, false},
		"MLflow says so and has done it":            {nil, []error{mlflowSays()}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageProduction)
			calls := 0
			w.fault = func(what string) (instead, after error) {
				if what != "create" {
					return nil, nil
				}
				if calls++; calls <= len(test.instead) {
					instead = test.instead[calls-1]
				}
				if calls <= len(test.after) {
					after = test.after[calls-1]
				}
				return instead, after
			}
			version, err := register(t, newTestEngine(w, Atomic), registering("s3://m/new", Goal{}))
			var unanswered *LostError
			if errors.As(err, &unanswered) != test.lost || (err != nil) != test.lost {
				t.Fatalf("got %v", err)
			}
			if made := len(w.versions) - 1; made != test.made {
				t.Errorf("%d versions were made, want %d", made, test.made)
			}
			if !test.lost && (version.Number != 2 || w.versions[2].Tags[UnfinishedTag] != "") {
				t.Errorf("got version %+v", w.versions[2])
			}
		})
	}
}

// A gateway gives up, and the server commits seconds later.
func TestALateCommitIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fault = func(what string) (instead, after error) {
			if what != "create" {
				return nil, nil
			}
			wanted := w.wanted
			go func() {
				time.Sleep(3 * time.Second)
				w.add(registry.Version{Source: wanted.Source, Tags: wanted.Tags, Stage: registry.StageNone, Status: registry.StatusReady})
			}()
			return lost(), nil
		}
		version, err := register(t, New(w, Atomic), registering("s3://m/1", Goal{}))
		if err != nil || version.Number != 1 || len(w.versions) != 1 {
			t.Errorf("got version %s, %v; %d versions", version.Number, err, len(w.versions))
		}
		if sent := strings.Count(strings.Join(w.log, " "), "create"); sent != 1 {
			t.Errorf("the creation was sent %d times", sent)
		}
	})
}

func TestAnIntruderIsRefusedBeforeAVersionIsMade(t *testing.T) {
	w := newWorld(registry.StageProduction)
	_, err := register(t, newTestEngine(w, Atomic), registering("s3://m/new", toProduction(0)))
	var intruder *IntruderError
	if !errors.As(err, &intruder) || len(w.versions) != 1 || !strings.Contains(err.Error(), "the new version was not created") {
		t.Errorf("got %v with %d versions", err, len(w.versions))
	}
}

func TestAVersionWithoutTheRequiredTagsIsNotMade(t *testing.T) {
	w := newWorld(registry.StageProduction)
	wanted := registering("s3://m/new", gated(toProduction(0, 1)))
	wanted.Tags["risk"] = "low"
	var lacks *TagsError
	if _, err := register(t, New(w, Atomic), wanted); !errors.As(err, &lacks) || len(lacks.Lacking) != 1 || len(w.versions) != 1 {
		t.Errorf("got %v with %d versions", err, len(w.versions))
	}
	wanted.Tags["validation_status"] = "passed"
	if _, err := register(t, New(w, Atomic), wanted); err != nil {
		t.Error(err)
	}
}

// Three runs that are alive register at once: from other sources, and from the same one.
func TestLiveRunsNeverShareAVersion(t *testing.T) {
	for name, sources := range map[string][]string{
		"of other models": {"models:/a/1", "models:/b/1", "models:/c/1"},
		"of one source":   {"s3://m/1", "s3://m/1", "s3://m/1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				owners := make(map[registry.Number]string)
				var held []*Registration
				for _, source := range sources {
					engine := newTestEngine(w, Atomic) // Another process, another state.
					done := make(chan *Registration)
					go func() {
						registration, err := engine.Register(context.Background(), registering(source, Goal{}))
						if err != nil {
							t.Error(err)
						}
						done <- registration
					}()
					if len(held) > 0 && source == sources[0] { // It waits for the lease of the one before, which is through soon.
						time.Sleep(time.Second)
						if err := held[len(held)-1].Finish(context.Background()); err != nil {
							t.Error(err)
						}
					}
					registration := <-done
					if got := registration.Version.Source; got != source {
						t.Errorf("wanted %s, got version %s from %s", source, registration.Version.Number, got)
					}
					if other, taken := owners[registration.Version.Number]; taken {
						t.Errorf("version %s is owned by the runs of %s and %s", registration.Version.Number, other, source)
					}
					owners[registration.Version.Number] = source
					held = append(held, registration)
				}
				for _, registration := range held {
					registration.stop()
				}
			})
		})
	}
}

func TestWhatAKilledRunLeftIsTakenOver(t *testing.T) {
	over := map[string]string{UnfinishedTag: "killed 2020-01-01T00:00:00Z"}
	source := "s3://m/new"
	for name, test := range map[string]struct {
		left registry.Version
		take registry.Number
		want registry.Number // 0 for an error
	}{
		"before the promotion":                        {registry.Version{Source: source, Tags: over, Stage: registry.StageNone}, 2, 2},
		"after the promotion":                         {registry.Version{Source: source, Tags: over, Stage: registry.StageProduction}, 2, 2},
		"whose lease was given up":                    {registry.Version{Source: source, Tags: map[string]string{UnfinishedTag: "x given-up"}, Stage: registry.StageNone}, 2, 2},
		"by a version of the provider without leases": {registry.Version{Source: source, Tags: map[string]string{UnfinishedTag: "x"}, Stage: registry.StageNone}, 2, 2},
		"not announced by the plan":                   {registry.Version{Source: source, Tags: over, Stage: registry.StageNone}, 0, 3},
		"finished meanwhile":                          {registry.Version{Source: source, Stage: registry.StageNone}, 2, 0},
		"of another source":                           {registry.Version{Source: "s3://m/other", Tags: over, Stage: registry.StageNone}, 2, 0},
		"of another models:/ source":                  {registry.Version{Source: "models:/a/1", Tags: over, Stage: registry.StageNone}, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageArchived)
			test.left.Status = registry.StatusReady
			w.add(test.left)
			wanted := registering(source, toProduction(0))
			wanted.Take = test.take
			version, err := register(t, newTestEngine(w, Atomic), wanted)
			if test.want == 0 {
				var taken *TakenError
				if !errors.As(err, &taken) || len(w.versions) != 2 {
					t.Errorf("got version %s, %v; %d versions", version.Number, err, len(w.versions))
				}
				return
			}
			if err != nil || version.Number != test.want {
				t.Fatalf("got version %s, %v; want %s", version.Number, err, test.want)
			}
			for key := range w.versions[version.Number].Tags {
				if IsOwnTag(key) {
					t.Errorf("the tag %s is left", key)
				}
			}
		})
	}
}

// A run was killed a moment ago: the next one waits until its lease has run out, and takes the version over.
func TestALeaseThatRunsIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		killed, err := New(w, Atomic).Register(context.Background(), registering("s3://m/1", Goal{}))
		if err != nil {
			t.Fatal(err)
		}
		killed.stop() // It renews no more.
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var leased *LeasedError
		if _, err := New(w, Atomic).Register(ctx, registering("s3://m/1", Goal{})); !errors.As(err, &leased) || leased.Version != 1 {
			t.Fatalf("with too little time: %v", err)
		}
		begun := time.Now()
		version, err := register(t, New(w, Atomic), registering("s3://m/1", Goal{}))
		if err != nil || version.Number != 1 || len(w.versions) != 1 {
			t.Fatalf("got version %s, %v; %d versions", version.Number, err, len(w.versions))
		}
		if waited := time.Since(begun); waited > leaseTime+2*leaseSlack {
			t.Errorf("it waited for %s", waited)
		}
	})
}

// A run that takes long keeps its lease.
func TestALongRunRenewsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		held, err := New(w, Atomic).Register(context.Background(), registering("s3://m/1", Goal{}))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * leaseTime)
		if mark, marked := markOf(w.version(1)); !marked || !mark.runs(time.Now()) {
			t.Errorf("after %s the lease is %q", 5*leaseTime, w.version(1).Tags[UnfinishedTag])
		}
		if _, found, leased := New(w, Atomic).Left(context.Background(), w.sorted(), registering("s3://m/1", Goal{}).NewVersion, registry.StageNone); found ||
			len(leased) != 1 {
			t.Errorf("another run sees it as left: %t, leased %v", found, leased)
		}
		if err := held.Finish(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// A run that could not renew its lease, because the server did not answer, loses the version to one that takes it over.
func TestARunThatLostItsLeaseSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		held, err := New(w, Atomic).Register(context.Background(), registering("s3://m/1", Goal{}))
		if err != nil {
			t.Fatal(err)
		}
		held.stop()
		time.Sleep(leaseTime + 2*leaseSlack)
		wanted := registering("s3://m/1", Goal{})
		wanted.Take = 1
		other, err := New(w, Atomic).Register(context.Background(), wanted)
		if err != nil || other.Version.Number != 1 {
			t.Fatal(err)
		}
		held.end, held.ended = func() {}, make(chan struct{})
		close(held.ended)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var leased *LeasedError
		if err := held.Finish(ctx); !errors.As(err, &leased) {
			t.Errorf("got %v", err)
		}
		if err := other.Finish(context.Background()); err != nil {
			t.Error(err)
		}
		var taken *TakenError
		if err := held.Finish(context.Background()); !errors.As(err, &taken) {
			t.Errorf("once the other run is through: %v", err)
		}
	})
}

// An alias or a stage in a source is what it points at: MLflow writes the version's number when it registers.
func TestAnAddressIsResolvedBeforeItIsCompared(t *testing.T) {
	w := newWorld(registry.StageArchived, registry.StageProduction, registry.StageNone)
	w.aliases = map[string]registry.Number{"champion": 1}
	for source, want := range map[string]string{
		"models:/fraud@champion": "models:/fraud/1", "models:/fraud/production": "models:/fraud/2", "models:/fraud/latest": "models:/fraud/3",
		"models:/fraud/7": "models:/fraud/7", "models:/fraud@nobody": "models:/fraud@nobody", "models:/m-1a2b": "models:/m-1a2b", "s3://b": "s3://b",
	} {
		if got := resolved(context.Background(), w, registry.NewVersion{Source: source}).Source; got != want {
			t.Errorf("%s is %s, want %s", source, got, want)
		}
	}
}

// A registration that failed cannot serve: no apply goes on with it.
func TestAFailedRegistrationIsNotTakenOver(t *testing.T) {
	w := newWorld()
	w.add(registry.Version{
		Source: "s3://m/1", Tags: map[string]string{UnfinishedTag: "x given-up"}, Stage: registry.StageNone, Status: registry.StatusFailed,
	})
	wanted := registering("s3://m/1", Goal{})
	if left, found, _ := New(w, Atomic).Left(context.Background(), w.sorted(), wanted.NewVersion, registry.StageNone); found {
		t.Errorf("a plan would take version %s over", left.Number)
	}
	if version, err := register(t, newTestEngine(w, Atomic), wanted); err != nil || version.Number != 2 {
		t.Errorf("got version %s, %v", version.Number, err)
	}
}

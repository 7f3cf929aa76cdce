package handover

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// answer400 is a refusal in a registry's own words.
func answer400(message string) *registry.Error {
	return &registry.Error{Kind: registry.ErrInvalid, Status: 400, Code: "INVALID_PARAMETER_VALUE", Message: message}
}

func TestWhatMayBeARefusalOfTheMark(t *testing.T) {
	const named = "Tag name mlregistry.unfinished holds a reserved character"
	without := answer400("a proxy's own word")
	without.Code, without.Unknown = "", true
	withoutCode := answer400(named)
	withoutCode.Code, withoutCode.Unknown = "", true
	tooLarge := answer400("too large")
	tooLarge.Fault = registry.FaultTooLarge
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"names the key":               {answer400(named), true},
		"names no key":                {answer400("keys may hold letters only"), true},
		"names the key, has no code":  {withoutCode, true},
		"somebody between":            {without, false},
		"too large":                   {tooLarge, false},
		"a right to this very key":    {&registry.Error{Kind: registry.ErrPermissionDenied, Status: 403, Message: named}, true},
		"a right to register":         {&registry.Error{Kind: registry.ErrPermissionDenied, Status: 403, Message: "no"}, false},
		"no such model":               {&registry.Error{Kind: registry.ErrNotFound, Status: 404, Message: "no model"}, false},
		"a failure that says the key": {&registry.Error{Kind: registry.ErrInternal, Status: 500, Message: named, Unknown: true}, false},
	} {
		if got := refusesMark(test.err); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// A registry that refuses the mark gets the version without it. What may be there already is not registered again.
func TestAVersionWithoutAMark(t *testing.T) {
	unclear := lost
	for name, test := range map[string]struct {
		// marked and plain are what goes wrong with the creation with the mark, and with the one without.
		marked, plain func(w *world) (instead, after error)
		made          int
		creates       int
		appeared      bool
		refused       string
	}{
		"refused": {marked: nil, made: 1, creates: 2},
		"refused after the version was made": {
			marked: func(w *world) (error, error) {
				delete(w.wanted.Tags, UnfinishedTag)
				return nil, answer400("no such key")
			}, made: 1, creates: 1, appeared: true,
		},
		"the values are what is refused": {
			plain: func(*world) (error, error) { return answer400("no such source"), nil }, made: 0, creates: 2, refused: "no such source",
		},
		"the answer is lost": {plain: func(*world) (error, error) { return nil, unclear() }, made: 1, creates: 2, appeared: true},
		"the call is lost":   {plain: func(*world) (error, error) { return unclear(), nil }, made: 0, creates: 2, refused: "no such version has appeared"},
		"MLflow says that it has not": {
			plain: func(w *world) (error, error) {
				if strings.Count(strings.Join(w.log, " "), "create") == 2 {
					return mlflowSays(), nil
				}
				return nil, nil
			}, made: 1, creates: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(registry.StageProduction)
			w.versions[1] = withSource(w.versions[1], "s3://m/new") // An older one from the same source is not taken for the new one.
			w.fault = func(what string) (instead, after error) {
				_, marked := w.wanted.Tags[UnfinishedTag]
				switch {
				case what != "create":
					return nil, nil
				case marked && test.marked != nil:
					return test.marked(w)
				case marked:
					return answer400("Tag name mlregistry.unfinished holds a reserved character"), nil
				case test.plain != nil:
					return test.plain(w)
				}
				return nil, nil
			}
			engine := newTestEngine(w, Atomic)
			held, err := engine.Register(context.Background(), registering("s3://m/new", Goal{}))
			_, appeared := errors.AsType[*AppearedError](err)
			if appeared != test.appeared || (err != nil) != (test.appeared || test.refused != "") || err != nil && !strings.Contains(err.Error(), test.refused) {
				t.Fatalf("got %v", err)
			}
			if made, sent := len(w.versions)-1, strings.Count(strings.Join(w.log, " "), "create"); made != test.made || sent != test.creates {
				t.Errorf("%d versions by %d requests, want %d by %d", made, sent, test.made, test.creates)
			}
			if err != nil {
				return
			}
			if held.Unmarked == nil || held.Version.Tags[UnfinishedTag] != "" || held.Version.Tags["a"] != "b" {
				t.Errorf("got %+v without mark because of %v", held.Version, held.Unmarked)
			}
			w.log = nil
			if err := errors.Join(held.Held(context.Background()), held.Finish(context.Background()), held.GiveUp(context.Background())); err != nil {
				t.Error(err)
			}
			// The next one is not refused first.
			if _, err := engine.Register(context.Background(), registering("s3://m/next", Goal{})); err != nil {
				t.Error(err)
			}
			if got := strings.Join(w.log, " "); got != "read create" {
				t.Errorf("then: %s", got)
			}
		})
	}
}

func withSource(version registry.Version, source string) registry.Version {
	version.Source = source
	return version
}

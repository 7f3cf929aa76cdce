package aliasstages_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/aliasstages"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const model = "fraud"

// site is an embedded registry with a model of four versions.
type site struct {
	registry.Client
	t *testing.T
	// before is called before each request; an error takes the request's place.
	before func(request string) error
	log    []string
}

func newSite(t *testing.T) *site {
	t.Helper()
	target, err := connect.Open(connect.Settings{TrackingURI: "embedded:" + filepath.Join(t.TempDir(), "registry.db")}, "test")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Client: target, t: t}
	if _, err := target.CreateModel(t.Context(), registry.NewModel{Name: model}); err != nil {
		t.Fatal(err)
	}
	for number := range 4 {
		if _, err := target.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: fmt.Sprintf("s3://m/%d", number)}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *site) at(request string) error {
	s.log = append(s.log, request)
	if s.before == nil {
		return nil
	}
	return s.before(request)
}

func (s *site) Model(ctx context.Context, name string) (registry.Model, error) {
	if err := s.at("model"); err != nil {
		return registry.Model{}, err
	}
	return s.Client.Model(ctx, name)
}

func (s *site) Versions(ctx context.Context, name string) ([]registry.Version, error) {
	if err := s.at("versions"); err != nil {
		return nil, err
	}
	return s.Client.Versions(ctx, name)
}

func (s *site) Version(ctx context.Context, name string, number registry.Number) (registry.Version, error) {
	if err := s.at("version " + number.String()); err != nil {
		return registry.Version{}, err
	}
	return s.Client.Version(ctx, name, number)
}

func (s *site) SetAlias(ctx context.Context, name, alias string, number registry.Number) error {
	if err := s.at(fmt.Sprintf("set %s %s", alias, number)); err != nil {
		return err
	}
	return s.Client.SetAlias(ctx, name, alias, number)
}

func (s *site) DeleteAlias(ctx context.Context, name, alias string) error {
	if err := s.at("delete " + alias); err != nil {
		return err
	}
	return s.Client.DeleteAlias(ctx, name, alias)
}

func (s *site) SetVersionTag(ctx context.Context, name string, number registry.Number, key, value string) error {
	if err := s.at(fmt.Sprintf("tag %s %s", number, value)); err != nil {
		return err
	}
	return s.Client.SetVersionTag(ctx, name, number, key, value)
}

func (s *site) DeleteVersionTag(ctx context.Context, name string, number registry.Number, key string) error {
	if err := s.at(fmt.Sprintf("untag %s", number)); err != nil {
		return err
	}
	return s.Client.DeleteVersionTag(ctx, name, number, key)
}

// outside points an alias as somebody else does.
func (s *site) outside(alias string, number registry.Number) {
	s.t.Helper()
	if err := s.Client.SetAlias(s.t.Context(), model, alias, number); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) staged(mapping aliasstages.Mapping) *aliasstages.Registry {
	return aliasstages.New(s, mapping, time.Now)
}

// stages returns the stage of each version as another process sees it.
func (s *site) stages() string {
	s.t.Helper()
	s.before = nil
	versions, err := aliasstages.New(s.Client, aliasstages.Standard(), time.Now).Versions(s.t.Context(), model)
	if err != nil {
		s.t.Fatal(err)
	}
	var stages []string
	for _, version := range versions {
		if len(version.Tags) > 0 {
			s.t.Errorf("version %s shows the tags %v", version.Number, version.Tags)
		}
		stages = append(stages, string(version.Stage))
	}
	return strings.Join(stages, " ")
}

// promote hands Production over to a version.
func promote(target registry.Registry, version registry.Number, reviewed ...registry.Number) (handover.Outcome, error) {
	engine := handover.New(target, handover.Atomic, handover.WithPacing(registry.Pacing{
		Repetitions: 2, RequestTimeout: time.Nanosecond, Wait: func(int, time.Duration) time.Duration { return 0 },
	}))
	return engine.Run(context.Background(), handover.Goal{
		Model: model, Version: version, Stage: registry.StageProduction, ArchiveExisting: true, Reviewed: reviewed,
	})
}

func TestAHandover(t *testing.T) {
	s := newSite(t)
	staged := s.staged(aliasstages.Standard())
	move := func(version registry.Number, stage registry.Stage) {
		t.Helper()
		if _, err := staged.TransitionStage(t.Context(), registry.Transition{Model: model, Number: version, Stage: stage}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := promote(staged, 1); err != nil {
		t.Fatal(err)
	}
	move(2, registry.StageStaging)
	if got, want := s.stages(), "Production Staging None None"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	outcome, err := promote(staged, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(string(outcome.From), " ", outcome.Archived, outcome.Overtaken), "Staging [1] []"; got != want {
		t.Errorf("the handover says %s, want %s", got, want)
	}
	if promoted, _ := registry.FindVersion(outcome.Versions, 2); time.Since(promoted.UpdatedAt) > time.Minute {
		t.Errorf("version 2 was updated at %s", promoted.UpdatedAt)
	}
	if got, want := s.stages(), "Archived Production None None"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if _, err := promote(staged, 1, 2); err != nil { // The rollback.
		t.Fatal(err)
	}
	if got, want := s.stages(), "Production Archived None None"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	move(2, registry.StageNone)
	move(1, registry.StageArchived)
	if got, want := s.stages(), "Archived None None None"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	found, err := s.Client.Model(t.Context(), model)
	if err != nil || len(found.Aliases) != 0 {
		t.Errorf("aliases %v are left, %v", found.Aliases, err)
	}
	native, err := s.Client.Versions(t.Context(), model)
	for _, version := range native {
		if version.Stage != registry.StageNone {
			t.Errorf("MLflow's own stage of version %s is %s", version.Number, version.Stage)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// The alias moves once, after the tag of the one that leaves, so that its readers find a version throughout.
func TestTheOrderOfTheRequests(t *testing.T) {
	s := newSite(t)
	s.outside("champion", 1)
	s.outside("challenger", 2)
	s.log = nil
	if _, err := promote(s.staged(aliasstages.Standard()), 2, 1); err != nil {
		t.Fatal(err)
	}
	want := "versions, model, model, tag 1 Archived, model, set champion 2, model, delete challenger, version 2, versions, model"
	if got := strings.Join(s.log, ", "); got != want {
		t.Errorf("the handover asks for %s, want %s", got, want)
	}
}

// Whoever comes between the look of the handover and that of the transition is named, and left alone.
func TestAnOutsiderBeforeTheTransition(t *testing.T) {
	s := newSite(t)
	s.outside("champion", 1)
	looks := 0
	s.before = func(request string) error {
		if request == "model" {
			if looks++; looks == 2 {
				s.outside("champion", 3)
			}
		}
		return nil
	}
	_, err := promote(s.staged(aliasstages.Standard()), 2, 1)
	var intruder *handover.IntruderError
	if !errors.As(err, &intruder) || fmt.Sprint(intruder.Intruders) != "[3]" {
		t.Errorf("got %v", err)
	}
	if got, want := s.stages(), "None None Production None"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Whoever comes after the transition has the stage, and the handover says so.
func TestAnOutsiderAfterTheTransition(t *testing.T) {
	s := newSite(t)
	s.outside("champion", 1)
	set := false
	s.before = func(request string) error {
		if set && request == "versions" {
			s.outside("champion", 3)
			set = false
		}
		set = set || request == "set champion 2"
		return nil
	}
	_, err := promote(s.staged(aliasstages.Standard()), 2, 1)
	var displaced *handover.DisplacedError
	if !errors.As(err, &displaced) || fmt.Sprint(displaced.By) != "[3]" {
		t.Errorf("got %v", err)
	}
}

// A request that fails at any place leaves the stage with the old holder or with the new one, says which, and the next try finishes.
func TestAFaultAtAnyPlace(t *testing.T) {
	faults := map[string]error{
		"403":  &registry.Error{Kind: registry.ErrPermissionDenied, Status: 403, Message: "no"},
		"lost": &registry.Error{Kind: registry.ErrInternal, Unknown: true, Message: "connection reset"},
		"503":  &registry.Error{Kind: registry.ErrUnavailable, Status: 503, Unknown: true, Message: "unavailable"},
	}
	for name, fault := range faults {
		for times := range 2 {
			for at := 1; ; at++ {
				s := newSite(t)
				s.outside("champion", 1)
				s.outside("challenger", 2)
				requests := 0
				s.before = func(string) error {
					if requests++; requests >= at && requests <= at+times*100 {
						return fault
					}
					return nil
				}
				staged := s.staged(aliasstages.Standard())
				_, err := promote(staged, 2, 1)
				all := requests
				found, modelErr := s.Client.Model(t.Context(), model)
				if modelErr != nil {
					t.Fatal(modelErr)
				}
				champion := found.Aliases["champion"]
				if champion != 1 && champion != 2 || err == nil && champion != 2 {
					t.Fatalf("%s at request %d: the alias is at %s, and the handover said %v", name, at, champion, err)
				}
				s.before = nil
				if _, err := promote(staged, 2, 1); err != nil {
					t.Fatalf("%s at request %d, tried again: %v", name, at, err)
				}
				if got := s.stages(); got != "Archived Production None None" {
					t.Fatalf("%s at request %d: the versions end in %s", name, at, got)
				}
				if all < at {
					break
				}
			}
		}
	}
}

// Without a tag for it Archived is known to the process that archives, and to nobody else.
func TestWithoutARecordOfArchived(t *testing.T) {
	s := newSite(t)
	mapping := aliasstages.Standard()
	mapping.Archived = ""
	staged := s.staged(mapping)
	for version := registry.Number(1); version <= 2; version++ {
		if _, err := promote(staged, version, version-1); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := staged.Versions(t.Context(), model)
	if err != nil || versions[0].Stage != registry.StageArchived {
		t.Errorf("version 1 is in %s for the process that archived it, %v", versions[0].Stage, err)
	}
	if strings.Contains(strings.Join(s.log, " "), "tag") {
		t.Errorf("a tag was written: %v", s.log)
	}
	if got, want := s.stages(), "None Production None None"; got != want {
		t.Errorf("others see %s, want %s", got, want)
	}
}

func TestSearchedVersionsHaveTheirStages(t *testing.T) {
	s := newSite(t)
	s.outside("champion", 3)
	if _, err := s.CreateModel(t.Context(), registry.NewModel{Name: "other"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateVersion(t.Context(), registry.NewVersion{Model: "other", Source: "s3://o/1"}); err != nil {
		t.Fatal(err)
	}
	staged := s.staged(aliasstages.Standard())
	for _, search := range []registry.Search{{}, {Model: model}, {Models: []string{model, "other"}}, {Filter: "name = 'fraud'"}} {
		holders := ""
		for version, err := range staged.SearchVersions(t.Context(), search) {
			if err != nil {
				t.Fatal(err)
			}
			if version.Stage != registry.StageNone {
				holders += fmt.Sprintf("%s/%s %s ", version.Model, version.Number, version.Stage)
			}
		}
		if holders != "fraud/3 Production " {
			t.Errorf("%+v shows %q", search, holders)
		}
	}
	version, err := staged.Version(t.Context(), model, 3)
	if err != nil || version.Stage != registry.StageProduction {
		t.Errorf("version 3: %s, %v", version.Stage, err)
	}
}

func TestMappingsThatCannotBeKept(t *testing.T) {
	for name, change := range map[string]func(*aliasstages.Mapping){
		"one alias for two":        func(m *aliasstages.Mapping) { m.Aliases[registry.StageStaging] = "champion" },
		"a reserved alias":         func(m *aliasstages.Mapping) { m.Aliases[registry.StageStaging] = "latest" },
		"no alias":                 func(m *aliasstages.Mapping) { delete(m.Aliases, registry.StageStaging) },
		"a key that is no tag's":   func(m *aliasstages.Mapping) { m.Archived = "a\x00" },
		"a key that MLflow writes": func(m *aliasstages.Mapping) { m.Archived = "bad?key" },
	} {
		mapping := aliasstages.Standard()
		change(&mapping)
		if err := mapping.Check(); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := aliasstages.Standard().Check(); err != nil {
		t.Error(err)
	}
}

// run is a handover to any stage.
func run(target registry.Registry, version registry.Number, stage registry.Stage, reviewed ...registry.Number) (handover.Outcome, error) {
	engine := handover.New(target, handover.Atomic, handover.WithPacing(registry.Pacing{
		Repetitions: 2, RequestTimeout: time.Nanosecond, Wait: func(int, time.Duration) time.Duration { return 0 },
	}))
	return engine.Run(context.Background(), handover.Goal{
		Model: model, Version: version, Stage: stage, ArchiveExisting: true, Reviewed: reviewed,
	})
}

// A version that has both aliases is in Production. It gives Staging up to nobody's surprise.
func TestAVersionWithBothAliases(t *testing.T) {
	s := newSite(t)
	s.outside("champion", 2)
	s.outside("challenger", 2)
	if _, err := run(s.staged(aliasstages.Standard()), 3, registry.StageStaging); err != nil {
		t.Error(err)
	}
	if got := s.stages(); got != "None Production Staging None" {
		t.Error(got)
	}
}

// dangling is a server that has kept the alias of a version which was deleted, as MLflow before 3.17 does.
type dangling struct{ *site }

func (d dangling) Model(ctx context.Context, name string) (registry.Model, error) {
	found, err := d.site.Model(ctx, name)
	if _, has := found.Aliases["champion"]; !has && err == nil {
		found.Aliases = map[string]registry.Number{"champion": 99}
	}
	return found, err
}

func TestAnAliasOfADeletedVersionIsFree(t *testing.T) {
	s := newSite(t)
	if _, err := promote(aliasstages.New(dangling{s}, aliasstages.Standard(), time.Now), 2); err != nil {
		t.Error(err)
	}
	if got := s.stages(); got != "None Production None None" {
		t.Error(got)
	}
}

// An alias that somebody gives to another version while this one leaves its stage is theirs.
func TestWhatSomebodyElseHasIsNotTaken(t *testing.T) {
	for _, test := range []struct {
		version  registry.Number
		stage    registry.Stage
		at       string
		alias    string
		reviewed []registry.Number
	}{
		{1, registry.StageArchived, "tag 1 Archived", "champion", nil},
		{1, registry.StageStaging, "model", "champion", []registry.Number{2}},
		{2, registry.StageProduction, "set champion 2", "challenger", []registry.Number{1}},
	} {
		s := newSite(t)
		s.outside("champion", 1)
		s.outside("challenger", 2)
		looks := 0
		s.before = func(request string) error {
			if request == "model" {
				looks++
			}
			if request == test.at && (request != "model" || looks == 3) {
				s.outside(test.alias, 4)
			}
			return nil
		}
		_, err := run(s.staged(aliasstages.Standard()), test.version, test.stage, test.reviewed...)
		got, modelErr := s.Client.Model(t.Context(), model)
		if modelErr != nil || got.Aliases[test.alias] != 4 {
			t.Errorf("version %s to %s: the aliases are %v, %v", test.version, test.stage, got.Aliases, err)
		}
	}
}

// What a promotion could not take from its version does not come back as a stage when that version leaves.
func TestALeftoverDoesNotComeBack(t *testing.T) {
	for name, spoil := range map[string]func(s *site, request string) error{
		"no right to delete": func(_ *site, request string) error {
			if request == "delete challenger" {
				return &registry.Error{Kind: registry.ErrPermissionDenied, Status: 403, Message: "no"}
			}
			return nil
		},
		"a lost answer": func(s *site, request string) error {
			if request == "set champion 2" {
				s.outside("champion", 2)
				return &registry.Error{Kind: registry.ErrInternal, Unknown: true, Message: "reset"}
			}
			return nil
		},
	} {
		s := newSite(t)
		s.outside("champion", 1)
		s.outside("challenger", 2)
		s.before = func(request string) error { return spoil(s, request) }
		staged := s.staged(aliasstages.Standard())
		if _, err := promote(staged, 2, 1); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s.before = nil
		if _, err := promote(staged, 3, 2); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := s.stages(); got != "Archived Archived Production None" {
			t.Errorf("%s: the versions are in %s", name, got)
		}
	}
}

// From Production to Staging without the right to delete an alias: refused, with the reason, and everything is as it was.
func TestADemotionThatIsRefused(t *testing.T) {
	for _, stage := range []registry.Stage{registry.StageStaging, registry.StageArchived} {
		s := newSite(t)
		s.outside("champion", 1)
		s.outside("challenger", 3)
		s.before = func(request string) error {
			if request == "delete champion" {
				return &registry.Error{Kind: registry.ErrPermissionDenied, Status: 403, Message: "no"}
			}
			return nil
		}
		_, err := run(s.staged(aliasstages.Standard()), 1, stage, 3)
		if !errors.Is(err, registry.ErrPermissionDenied) {
			t.Errorf("%s: %v", stage, err)
		}
		if got := s.stages(); got != "Production None Staging None" {
			t.Errorf("%s: the versions are in %s", stage, got)
		}
		s.outside("champion", 4) // By hand: nobody is archived.
		if got := s.stages(); got != "None None Staging Production" {
			t.Errorf("%s: the versions are in %s then", stage, got)
		}
	}
}

// What this process remembers of versions ends with them, and with the walk.
func TestWhatIsRememberedEnds(t *testing.T) {
	mapping := aliasstages.Standard()
	mapping.Archived = ""
	s := newSite(t)
	staged := s.staged(mapping)
	for version := registry.Number(1); version <= 2; version++ {
		if _, err := promote(staged, version, version-1); err != nil {
			t.Fatal(err)
		}
	}
	staged.Forget()
	if first, err := staged.Version(t.Context(), model, 1); err != nil || first.Stage != registry.StageNone {
		t.Errorf("in the next walk version 1 is in %s, %v", first.Stage, err)
	}
	if err := staged.DeleteVersion(t.Context(), model, 2); err != nil {
		t.Fatal(err)
	}
	if found, err := s.Client.Model(t.Context(), model); err != nil || len(found.Aliases) != 0 {
		t.Errorf("the deleted version leaves %v, %v", found.Aliases, err)
	}
	if _, err := run(staged, 1, registry.StageProduction); err != nil {
		t.Fatal(err)
	}
	if err := staged.DeleteModel(t.Context(), model); err != nil {
		t.Fatal(err)
	}
	if _, err := staged.CreateModel(t.Context(), registry.NewModel{Name: model}); err != nil {
		t.Fatal(err)
	}
	created, err := staged.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: "s3://x/1"})
	if err != nil || created.Stage != registry.StageNone || time.Since(created.UpdatedAt) > time.Minute {
		t.Errorf("the new version 1 is in %s, %v", created.Stage, err)
	}
}

// The cache before it drops versions when an alias is changed.
func TestTheCacheKnowsThatAliasesAreStages(t *testing.T) {
	s := newSite(t)
	s.outside("champion", 1)
	cache := readcache.New(s.staged(aliasstages.Standard()))
	if _, err := cache.Versions(t.Context(), model); err != nil {
		t.Fatal(err)
	}
	if err := cache.SetAlias(t.Context(), model, "champion", 2); err != nil {
		t.Fatal(err)
	}
	versions, err := cache.Versions(t.Context(), model)
	if got := registry.Holders(versions, registry.StageProduction); err != nil || len(got) != 1 || got[0] != 2 {
		t.Errorf("Production is held by %v, %v", got, err)
	}
	if err := cache.DeleteAlias(t.Context(), model, "champion"); err != nil {
		t.Fatal(err)
	}
	versions, err = cache.Versions(t.Context(), model)
	if got := registry.Holders(versions, registry.StageProduction); err != nil || len(got) != 0 {
		t.Errorf("Production is held by %v, %v", got, err)
	}
}

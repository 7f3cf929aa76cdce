package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// world is an embedded registry that serves HTTP. Cases have a model of their own in it.
type world struct {
	t       testing.TB
	address string
	// outside reads and writes the registry beside the provider, never disturbed.
	outside registry.Registry
	models  atomic.Int64
}

// memoryFolder is where Linux keeps files in memory: what is tested is not whether they outlive a power cut.
const memoryFolder = "/dev/shm"

func newWorld(t testing.TB) *world {
	t.Helper()
	folder, err := os.MkdirTemp(memoryFolder, "soak-") //nolint:usetesting // t.TempDir is on a disk.
	if err != nil {
		folder = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	backend, err := embedded.Open(filepath.Join(folder, "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(backend)
	t.Cleanup(func() {
		server.Close()
		_ = backend.Close()
	})
	outside, err := mlflow.New(mlflow.Config{BaseURL: "http://embedded", Transport: embedded.Transport(backend), MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, address: server.URL, outside: outside}
}

// versions returns what the registry holds of a model.
func (w *world) versions(model string) []registry.Version {
	found, err := w.outside.Versions(context.Background(), model)
	if err != nil {
		w.t.Errorf("the outside observer cannot read: %v", err)
	}
	return found
}

// sighting is what the outside observer saw at the moment a request arrived, or at the end of a walk.
type sighting struct {
	moment   string
	versions []registry.Version
}

func (s sighting) holders(stage registry.Stage) []registry.Number {
	return registry.Holders(s.versions, stage)
}

// front is what one provider process talks to: a proxy with the faults of one walk, and the observer.
type front struct {
	*acctest.Proxy
	world *world
	model string
	// dead is closed when the crash has come.
	dead  chan struct{}
	close func()

	mu        sync.Mutex
	sightings []sighting
}

// scope is a test that ends before its test does: its cleanups run when it is closed.
type scope struct {
	testing.TB
	cleanups []func()
}

func (s *scope) Cleanup(cleanup func()) { s.cleanups = append(s.cleanups, cleanup) }

func (s *scope) end() {
	for _, cleanup := range slices.Backward(s.cleanups) {
		cleanup()
	}
}

// front opens a proxy before the registry for one walk.
func (w *world) front(model string, faults []fault, death crash) *front {
	scope := &scope{TB: w.t}
	f := &front{Proxy: acctest.NewProxy(scope, w.address), world: w, model: model, dead: make(chan struct{}), close: scope.end}
	f.arm(faults, death)
	return f
}

// watch lets the observer look whenever a request arrives and a write came before it. With writes side by side there is
// always one under way.
func (f *front) watch(parallel bool) {
	var written atomic.Bool
	f.OnRequest(func(request acctest.Request) {
		if written.Swap(request.Method != http.MethodGet) || parallel {
			f.look("before " + requestName(request))
		}
	})
}

func (f *front) look(moment string) {
	seen := sighting{moment: moment, versions: f.world.versions(f.model)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sightings = append(f.sightings, seen)
}

// crashed reports whether the process that talked to this front was killed.
func (f *front) crashed() bool { return pace{dead: f.dead}.killed() }

// requestName is a request in a few words.
func requestName(request acctest.Request) string {
	return fmt.Sprintf("%s %s", request.Method, path.Join(path.Base(path.Dir(request.Path)), path.Base(request.Path)))
}

// log lists the requests of the walk and what became of them.
func (f *front) log() string {
	var lines []string
	for index, request := range f.Requests() {
		fate := "no answer"
		if request.Status != 0 {
			fate = fmt.Sprint(request.Status)
		}
		if request.Forwarded {
			fate += ", done"
		}
		lines = append(lines, fmt.Sprintf("      %2d %s %s %s", index+1, requestName(request), request.Body, fate))
	}
	return strings.Join(lines, "\n")
}

// describe writes versions in one line.
func describe(versions []registry.Version) string {
	words := make([]string, 0, len(versions))
	for _, version := range versions {
		tags := ""
		if len(version.Tags) > 0 {
			tags = fmt.Sprint(slices.Sorted(maps.Keys(version.Tags)))
		}
		words = append(words, fmt.Sprintf("%s:%s(%s)%s", version.Number, version.Stage, path.Base(version.Source), tags))
	}
	return strings.Join(words, " ")
}

// takesLeaseOff reports whether a request takes the lease off a version: a plan does so that finds it on a version in the state, whose
// apply was killed or could not reach the server any more.
func takesLeaseOff(request acctest.Request) bool {
	var body struct{ Key, Value string }
	return (acctest.Calls("model-versions/delete-tag")(request) || acctest.Calls("model-versions/set-tag")(request)) &&
		json.Unmarshal([]byte(request.Body), &body) == nil && body.Key == handover.UnfinishedTag && body.Value == ""
}

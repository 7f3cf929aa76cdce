package embedded

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// post sends a write to a registry, and wants it done.
func post(t *testing.T, registry *Registry, path, content string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://embedded/api/2.0/mlflow/"+path, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Transport: Transport(registry)}).Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v, %v", path, answer, err)
	}
	_ = answer.Body.Close()
}

// No test can cut the power. What SQLite needs to have a commit on the disk when it is answered is that each connection says so:
// with less than FULL (2), a commit of a write-ahead log is synced later.
func TestEachCommitIsSynced(t *testing.T) {
	registry, err := Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = registry.Close() })
	post(t, registry, "registered-models/create", `{"name": "fraud"}`)

	file, _, err := registry.storage.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var connections []*session
	defer func() {
		for _, each := range connections {
			file.give(each, true)
		}
	}()
	for range maxConnections {
		each, err := file.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		connections = append(connections, each)
		var synchronous int
		var journal string
		if err := each.queryRow(t.Context(), "SELECT (SELECT synchronous FROM pragma_synchronous), (SELECT journal_mode FROM pragma_journal_mode)").
			Scan(&synchronous, &journal); err != nil || synchronous != 2 || journal != "wal" {
			t.Errorf("synchronous is %d, the journal is %q (%v)", synchronous, journal, err)
		}
	}
}

// TestALogIsEmptiedWhileTheRegistryIsClosed: to close a registry takes all its connections and then ends its checkpoints.
func TestALogIsEmptiedWhileTheRegistryIsClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	var registries []*Registry
	for range 2 {
		opened, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = opened.Close() })
		registries = append(registries, opened)
	}
	for i, each := range registries { // The second one's write is new to the first.
		answer := request(t.Context(), t, each, http.MethodPost, "registered-models/create", `{"name": "`+string(rune('a'+i))+`"}`)
		_ = answer.Body.Close()
	}
	file, _, err := registries[0].storage.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer := request(t.Context(), t, registries[1], http.MethodPost, "registered-models/create", `{"name": "c"}`)
	_ = answer.Body.Close()
	for range cap(file.slots) {
		file.slots <- struct{}{}
	}
	soon(t, "to empty the log", file.checkpoints.Load().settle)
	for range cap(file.slots) {
		<-file.slots
	}
}

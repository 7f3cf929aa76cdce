package filecopy_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/filecopy"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// send sends a request to the registry in a file and returns the answer's status and text.
func send(t *testing.T, store *embedded.Registry, method, path, content string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://embedded/api/2.0/mlflow/"+path, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := embedded.Transport(store).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func openRegistry(t *testing.T, path string) *embedded.Registry {
	t.Helper()
	store, err := embedded.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func create(t *testing.T, store *embedded.Registry, name string) {
	t.Helper()
	if status, text := send(t, store, "POST", "registered-models/create", `{"name":"`+name+`"}`); status != http.StatusOK {
		t.Fatalf("create answered %d %s", status, text)
	}
}

func has(t *testing.T, store *embedded.Registry, name string) bool {
	t.Helper()
	status, _ := send(t, store, "GET", "registered-models/get?name="+name, "")
	return status == http.StatusOK
}

func TestACopyIsWrittenAndPutBackWhileTheRegistryIsInUse(t *testing.T) {
	file, copied := filepath.Join(t.TempDir(), "registry.db"), filepath.Join(t.TempDir(), "copy.db")
	inUse := openRegistry(t, file)
	create(t, inUse, "first")
	var out bytes.Buffer
	if err := filecopy.Backup(t.Context(), []string{"--db", file, copied}, &out); err != nil {
		t.Fatal(err)
	}
	create(t, inUse, "second")
	if alone := openRegistry(t, copied); !has(t, alone, "first") || has(t, alone, "second") {
		t.Error("the copy is not the registry as it was")
	}
	if err := filecopy.Restore(t.Context(), []string{"--db", file, copied}, &out); err != nil {
		t.Fatal(err)
	}
	if !has(t, inUse, "first") || has(t, inUse, "second") {
		t.Error("the registry is not what it was")
	}
	for _, want := range []string{copied + " is a copy of " + file, file + " has what " + copied + " holds: models: 1, versions: 0; processes"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it printed %q, want %q", out.String(), want)
		}
	}
}

func TestACopyIsPutBackWhereNobodyUsesTheFile(t *testing.T) {
	file, copied := filepath.Join(t.TempDir(), "registry.db"), filepath.Join(t.TempDir(), "copy.db")
	source := openRegistry(t, copied)
	create(t, source, "m")
	if err := source.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := filecopy.Restore(t.Context(), []string{"--db", file, copied}, &out); err != nil {
		t.Fatal(err)
	}
	if !has(t, openRegistry(t, file), "m") || strings.Contains(out.String(), "processes") {
		t.Errorf("it printed %q", out.String())
	}
}

func TestWrongArgumentsAreToldAndHelpExplainsThem(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.db")
	for name, run := range map[string]func(context.Context, []string, io.Writer) error{
		"backup": filecopy.Backup, "restore": filecopy.Restore,
	} {
		var out bytes.Buffer
		if err := run(t.Context(), []string{"--help"}, &out); err != nil || !strings.Contains(out.String(), "mlregistry "+name) ||
			!strings.Contains(out.String(), "-db FILE") {
			t.Errorf("%s --help printed %q, %v", name, out.String(), err)
		}
		for _, args := range [][]string{nil, {""}, {"one", "two"}, {"--what", "one"}} {
			if err := run(t.Context(), args, io.Discard); err == nil || !strings.Contains(err.Error(), "--help explains") {
				t.Errorf("%s %q = %v, want what to do", name, args, err)
			}
		}
		err := run(t.Context(), []string{"--db", missing, filepath.Join(filepath.Dir(missing), "other.db")}, io.Discard)
		if !errors.Is(err, registry.ErrStorage) {
			t.Errorf("%s of what is not there = %v", name, err)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(missing)); err != nil || len(entries) != 0 {
		t.Errorf("files were left: %v, %v", entries, err)
	}
}

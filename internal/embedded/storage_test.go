package embedded_test

import (
	"bytes"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// removeAll removes a registry's file and what SQLite keeps next to it.
func removeAll(t *testing.T, path string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// database runs statements on a plain SQLite file.
func database(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// populated makes a registry with a few pages of versions and returns its path.
func populated(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	opened, err := embedded.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	client := client{t: t, http: &http.Client{Transport: embedded.Transport(opened)}}
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	for range 10 {
		client.want(http.StatusOK, "POST", "model-versions/create",
			body{"name": "m", "source": "s3://b/x", "description": strings.Repeat("long ", 500)})
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesThatAreNoRegistryAreRefusedByOpenAndLeftAsTheyAre(t *testing.T) {
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	writeFile(t, file("text.db"), []byte(strings.Repeat("This is no database. ", 50)))
	writeFile(t, file("short.db"), []byte("x"))
	database(t, file("other.db"), "CREATE TABLE registered_models (name TEXT)", "PRAGMA user_version = 1")
	database(t, file("newer.db"), "PRAGMA application_id = 0x6d6c7267", "PRAGMA user_version = 99", "CREATE TABLE t (x)")
	whole := readFile(t, populated(t))
	writeFile(t, file("cut.db"), whole[:len(whole)/2])
	for name, want := range map[string]string{
		"text.db":  "is not an SQLite database",
		"short.db": "is not an SQLite database",
		"other.db": "is an SQLite database of another application",
		"newer.db": "schema version 99",
		"cut.db":   "is damaged",
	} {
		before := readFile(t, file(name))
		_, err := embedded.Open(file(name))
		if !errors.Is(err, registry.ErrStorage) || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "embedded registry: "+name) {
			t.Errorf("Open(%s) = %v, want ErrStorage with %q", name, err, want)
		}
		if !bytes.Equal(before, readFile(t, file(name))) {
			t.Errorf("%s was changed", name)
		}
	}
	if _, err := embedded.Open(folder); !errors.Is(err, registry.ErrStorage) || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("Open of a folder = %v", err)
	}
}

func TestAFileThatTurnsBadWhileOpenIsReportedAndLeftAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	writeFile(t, path, []byte(strings.Repeat("This is no database. ", 50)))
	before := readFile(t, path)
	for _, message := range []string{
		client.wantCode("INTERNAL_ERROR", "GET", "registered-models/get?name=m", nil),
		client.wantCode("INTERNAL_ERROR", "POST", "registered-models/create", body{"name": "m"}),
	} {
		if !strings.HasPrefix(message, "embedded registry: registry.db is not an SQLite database") {
			t.Errorf("the message is %q", message)
		}
	}
	if !bytes.Equal(before, readFile(t, path)) {
		t.Error("the file was changed")
	}
}

func TestAForeignTableIsNeverWrittenEvenWithoutAMark(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	database(t, path, "CREATE TABLE notes (text TEXT)")
	before := readFile(t, path)
	client := openClient(t, path)
	message := client.wantCode("INTERNAL_ERROR", "POST", "registered-models/create", body{"name": "m"})
	if !strings.Contains(message, "of another application") {
		t.Errorf("the message is %q", message)
	}
	if !bytes.Equal(before, readFile(t, path)) {
		t.Error("the file was changed")
	}
}

func TestWhatMeetsDamageIsRefusedAndLeftAsItIs(t *testing.T) {
	whole := readFile(t, populated(t))
	const pageSize = 4096
	refused := 0
	for page := 1; page < len(whole)/pageSize; page++ { // The first one is told by Open.
		content := bytes.Clone(whole)
		for i := page * pageSize; i < (page+1)*pageSize; i++ {
			content[i] = byte(i)
		}
		path := filepath.Join(t.TempDir(), "registry.db")
		writeFile(t, path, content)
		opened, client := open(t, path)
		met := false
		for _, request := range []struct {
			method, path string
			content      body
		}{
			{"POST", "registered-models/create", body{"name": "other"}},
			{"POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"}},
			{"PATCH", "model-versions/update", body{"name": "m", "version": "5", "description": "short"}},
		} {
			status, answer := client.send(request.method, request.path, request.content)
			if status == http.StatusOK {
				continue
			}
			met = true
			message, _ := answer["message"].(string)
			if !strings.HasPrefix(message, "embedded registry: registry.db is damaged") && !strings.Contains(message, "was replaced while") {
				t.Errorf("page %d: %s answered %d %q", page, request.path, status, message)
			}
		}
		// Indexes are made anew in a copy: it is sound, or it is not made.
		copied := filepath.Join(t.TempDir(), "copy.db")
		if err := opened.Backup(t.Context(), copied); err == nil {
			if found := openClient(t, copied).want(http.StatusOK, "GET", "model-versions/search", nil)["model_versions"].([]any); len(found) < 10 {
				t.Errorf("page %d: the copy of a damaged registry has %d versions", page, len(found))
			}
		} else if left := names(t, filepath.Dir(copied)); len(left) > 0 {
			t.Errorf("page %d: a copy that failed left %v", page, left)
		}
		closeRegistry(t, opened)
		if met {
			refused++
		}
		after := readFile(t, path)
		if len(after) < len(content) || !bytes.Equal(after[page*pageSize:(page+1)*pageSize], content[page*pageSize:(page+1)*pageSize]) {
			t.Errorf("page %d: what is damaged was changed", page)
		}
	}
	if refused < 3 {
		t.Errorf("the damage of %d pages was met, of %d", refused, len(whole)/pageSize)
	}
}

func TestAMissingFolderIsNamedAtTheFirstWrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "nowhere")
	client := openClient(t, filepath.Join(folder, "registry.db"))
	client.want(http.StatusOK, "GET", "registered-models/search", nil)
	message := client.wantCode("INTERNAL_ERROR", "POST", "registered-models/create", body{"name": "m"})
	if !strings.HasPrefix(message, "embedded registry: registry.db cannot be created: the folder "+folder+" does not exist") {
		t.Errorf("the message is %q", message)
	}
}

func TestAnEmptyFileIsARegistryToBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	writeFile(t, path, nil)
	client := openClient(t, path)
	client.want(http.StatusOK, "GET", "registered-models/search", nil)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	openClient(t, path).want(http.StatusOK, "GET", "registered-models/get?name=m", nil)
}

func TestPathsWithSpecialCharacters(t *testing.T) {
	for _, name := range []string{"a b.db", "a#b.db", "100%25.db", "ünï.db", "a&mode=ro.db", "a'b.db"} {
		path := filepath.Join(t.TempDir(), name)
		openClient(t, path).want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRequestsAfterCloseAreRefused(t *testing.T) {
	opened, err := embedded.Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	client := client{t: t, http: &http.Client{Transport: embedded.Transport(opened)}}
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	if message := client.wantCode("INTERNAL_ERROR", "GET", "registered-models/get?name=m", nil); !strings.Contains(message, "closed") {
		t.Errorf("the message is %q", message)
	}
}

package embedded_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// open opens a registry and returns it with a client.
func open(t *testing.T, path string) (*embedded.Registry, client) {
	t.Helper()
	opened, err := embedded.Open(path)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return opened, client{t: t, http: &http.Client{Transport: embedded.Transport(opened)}}
}

func closeRegistry(t *testing.T, opened *embedded.Registry) {
	t.Helper()
	if err := opened.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

// names returns what is in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// await waits until a condition holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("after a minute: not %s", what)
		case <-time.After(time.Millisecond):
		}
	}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// plainCopy copies the file alone, as cp does.
func plainCopy(t *testing.T, path string) string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy.db")
	writeFile(t, copied, readFile(t, path))
	return copied
}

// writes are requests that change each kind of thing there is. They can be repeated.
func (c client) writes() {
	c.t.Helper()
	version := c.createVersion()
	c.want(http.StatusOK, "POST", "model-versions/transition-stage",
		body{"name": "m", "version": version, "stage": "Production", "archive_existing_versions": true})
	c.want(http.StatusOK, "POST", "registered-models/alias", body{"name": "m", "alias": "champion", "version": version})
	c.want(http.StatusOK, "POST", "model-versions/set-tag", body{"name": "m", "version": version, "key": "k", "value": version})
	c.want(http.StatusOK, "POST", "registered-models/set-tag", body{"name": "m", "key": "k" + version, "value": version})
	c.want(http.StatusOK, "PATCH", "registered-models/update", body{"name": "m", "description": version})
}

// createVersion registers a version of m and returns its number.
func (c client) createVersion() string {
	c.t.Helper()
	answer := c.want(http.StatusOK, "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
	return answer["model_version"].(map[string]any)["version"].(string)
}

func TestAPlainCopyHoldsWhatWasAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	clients := [2]client{openClient(t, path), openClient(t, path)} // as two processes
	clients[0].want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	for round := range 40 { // more than a log holds before it is used from its beginning again
		clients[round%2].writes()
		copied, opened := open(t, plainCopy(t, path))
		if got, want := opened.contents(), clients[0].contents(); got != want {
			t.Fatalf("round %d: the copy holds\n%s, and the registry\n%s", round, got, want)
		}
		closeRegistry(t, copied)
	}
}

func TestWhoeverIsLastToCloseLeavesOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	first, client := open(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	second, reader := open(t, path)
	client.writes()
	contents := reader.contents()
	closeRegistry(t, first)
	if got := reader.contents(); got != contents {
		t.Errorf("the other one has closed it, and the registry holds\n%s, and before\n%s", got, contents)
	}
	closeRegistry(t, second)
	if got := names(t, filepath.Dir(path)); !equal(got, []string{"registry.db"}) {
		t.Errorf("the folder holds %v, want the file alone", got)
	}
	if got := openClient(t, plainCopy(t, path)).contents(); got != contents {
		t.Errorf("the file holds\n%s, and before\n%s", got, contents)
	}
}

func TestTheLogIsEmptiedWhenNobodyWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.writes()
	if sizeOf(path+"-wal") == 0 {
		t.Fatal("there is no log right after a write: nothing is to be seen here")
	}
	await(t, "emptied", func() bool { return sizeOf(path+"-wal") == 0 })
	client.writes()
	if holders := client.holders("Production"); !equal(holders, []string{"2"}) {
		t.Errorf("the holders are %v, want 2", holders)
	}
}

func init() { helpers["pauser"] = writeAndPause }

// pauserVersions is how many versions the pauser makes.
const pauserVersions = 10

// writeAndPause registers a model with versions, says so, and waits until it is killed.
func writeAndPause(path string) error {
	opened, err := embedded.Open(path)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: embedded.Transport(opened)}
	if _, err := post(client, "registered-models/create", body{"name": "m"}); err != nil {
		return err
	}
	for range pauserVersions {
		if _, err := post(client, "model-versions/create", body{"name": "m", "source": "s3://b/x"}); err != nil {
			return err
		}
	}
	fmt.Println("written")
	_, err = io.Copy(io.Discard, os.Stdin) // nobody writes to it
	return err
}

// killed makes a registry with versions in a process that is killed as soon as they were answered, and returns its path.
func killed(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	writer, reported, complaint := startHelper(t, "pauser", path)
	if !reported.Scan() {
		t.Fatalf("the writer stopped: %s", complaint)
	}
	if err := writer.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Wait() // it says that it was killed
	return path
}

func TestWhatWasAnsweredIsInTheFileOfAKilledProcess(t *testing.T) {
	path := killed(t)
	if sizeOf(path+"-wal") == 0 {
		t.Fatal("the killed process left no log: nothing is to be seen here")
	}
	if got := column(t, plainCopy(t, path), "SELECT count(*) FROM model_versions"); !equal(got, []string{fmt.Sprint(pauserVersions)}) {
		t.Errorf("the file alone has %v versions, want %d", got, pauserVersions)
	}
	opened, client := open(t, path)
	if got := client.want(http.StatusOK, "GET", "model-versions/search", nil)["model_versions"].([]any); len(got) != pauserVersions {
		t.Errorf("the next process finds %d versions, want %d", len(got), pauserVersions)
	}
	closeRegistry(t, opened)
	if got := names(t, filepath.Dir(path)); !equal(got, []string{"registry.db"}) {
		t.Errorf("the folder holds %v, want the file alone", got)
	}
}

// holdReader begins to read a registry, as another program may, and returns what ends it.
func holdReader(t *testing.T, path string) (end func()) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	reading, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var count int
	if err := reading.QueryRowContext(t.Context(), "SELECT count(*) FROM model_versions").Scan(&count); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(reading.Rollback(), db.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileWithoutTheLogThatHeldAnsweredWritesIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.createVersion()
	end := holdReader(t, path)
	for range 3 {
		client.createVersion()
	}
	whole, alone := duplicate(t, path), plainCopy(t, path)
	if got := openClient(t, whole).versions(); got != 4 {
		t.Errorf("with its log the file has %d versions, want 4", got)
	}
	opened, lacking := open(t, alone)
	message := lacking.wantCode("INTERNAL_ERROR", "GET", "model-versions/search", nil)
	if !strings.Contains(message, "copy.db lacks the last 3 writes that were answered") {
		t.Errorf("the message is %q", message)
	}
	closeRegistry(t, opened)
	// What the message says is enough.
	renamed := plainCopy(t, alone)
	if _, err := embedded.Restore(t.Context(), alone, renamed); err != nil {
		t.Fatal(err)
	}
	if got := openClient(t, alone).versions(); got != 1 {
		t.Errorf("without its log the file has %d versions, want 1", got)
	}
	// Once the reader is through, the file has everything.
	end()
	await(t, "emptied", func() bool { return sizeOf(path+"-wal") == 0 })
	if got := openClient(t, plainCopy(t, path)).versions(); got != 4 {
		t.Errorf("after the reader the file alone has %d versions, want 4", got)
	}
}

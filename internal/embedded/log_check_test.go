package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// backup makes a copy of the registry at path, by the means for that.
func backup(t *testing.T, path string) string {
	t.Helper()
	opened, _ := open(t, path)
	copied := filepath.Join(t.TempDir(), "backup.db")
	if err := opened.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	closeRegistry(t, opened)
	return copied
}

// duplicate copies a registry with its log to a new folder, and returns its path.
func duplicate(t *testing.T, path string) string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "registry.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		writeFile(t, copied+suffix, readFile(t, path+suffix))
	}
	return copied
}

// overwrite puts other content into a file, as cp does.
func overwrite(t *testing.T, path string, content []byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// foreignStates returns what may lie beside the log of a killed process: states of its own file, and other files.
func foreignStates(t *testing.T, path string) map[string][]byte {
	t.Helper()
	whole := duplicate(t, path)
	same := readFile(t, backup(t, duplicate(t, path)))
	later, client := open(t, whole)
	client.createVersion()
	closeRegistry(t, later)
	newer := readFile(t, whole)
	other := killed(t)
	otherOpened, _ := open(t, other)
	closeRegistry(t, otherOpened)
	return map[string][]byte{
		"a backup of the same state": same,
		"a newer state":              newer,
		"another registry":           readFile(t, other),
		"a registry without records": readFile(t, olderFile),
	}
}

func TestAForeignLogIsRefusedAndNothingChanged(t *testing.T) {
	path := killed(t)
	for name, content := range foreignStates(t, path) {
		t.Run(name, func(t *testing.T) {
			mixed := duplicate(t, path)
			overwrite(t, mixed, content)
			log := readFile(t, mixed+"-wal")
			_, err := embedded.Open(mixed)
			if !errors.Is(err, registry.ErrStorage) || !strings.Contains(err.Error(), "registry.db-wal) that belongs to another state") ||
				!strings.Contains(err.Error(), "delete the files that end in -wal and -shm") {
				t.Fatalf("Open = %v, want an error that says what to do", err)
			}
			if !bytes.Equal(readFile(t, mixed), content) || !bytes.Equal(readFile(t, mixed+"-wal"), log) {
				t.Fatal("the file or its log was changed")
			}
			// What the message says is enough.
			for _, suffix := range []string{"-wal", "-shm"} {
				_ = os.Remove(mixed + suffix)
			}
			openClient(t, mixed).want(http.StatusOK, "GET", "registered-models/get?name=m", nil)
		})
	}
}

func TestAnOlderPlainCopyBesideTheLogIsRefused(t *testing.T) {
	for missing := 1; missing <= 3; missing++ {
		t.Run(fmt.Sprint(missing), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "registry.db")
			opened, client := open(t, path)
			client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
			client.createVersion()
			older := readFile(t, path)
			for range missing {
				client.createVersion()
			}
			left := duplicate(t, path) // what a kill would leave
			mixed := duplicate(t, path)
			closeRegistry(t, opened)
			sound, _ := open(t, left)
			closeRegistry(t, sound)

			overwrite(t, mixed, older)
			age(t, mixed+"-wal") // nobody puts a copy back within the clock tick of a kill
			if _, err := embedded.Open(mixed); !errors.Is(err, registry.ErrStorage) || !strings.Contains(err.Error(), "another state") {
				t.Errorf("Open = %v, want that the log belongs to another state", err)
			}
		})
	}
}

// age makes a file some seconds older.
func age(t *testing.T, path string) {
	t.Helper()
	then := time.Now().Add(-5 * time.Second)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// TestWhatAKillAtTheBeginningOfACopyLeavesIsMended: the index of the log says that the commit is being copied, and nothing
// of it is in the file.
func TestWhatAKillAtTheBeginningOfACopyLeavesIsMended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	opened, client := open(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.createVersion()
	before := readFile(t, path)
	client.createVersion()
	left := duplicate(t, path)
	closeRegistry(t, opened)
	writeFile(t, left, before)
	age(t, left)
	again, client := open(t, left)
	if got := client.versions(); got != 2 {
		t.Errorf("%d versions are left, want 2", got)
	}
	closeRegistry(t, again)
}

// TestWhatAKillInTheFirstCopyLeavesIsMended: the record is copied first, into a file whose schema does not know of it yet.
func TestWhatAKillInTheFirstCopyLeavesIsMended(t *testing.T) {
	path := olderRegistry(t)
	opened, client := open(t, path)
	older := client.contents()
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "other"})
	left := duplicate(t, path)
	closeRegistry(t, opened)
	root, err := strconv.Atoi(column(t, path, "SELECT rootpage FROM sqlite_schema WHERE name = 'commits'")[0])
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	torn := append(readFile(t, olderFile), make([]byte, root*page)...)[:root*page]
	copy(torn[(root-1)*page:], readFile(t, left)[(root-1)*page:root*page])
	overwrite(t, left, torn)
	age(t, left+"-wal")
	again, client := open(t, left)
	if got := client.contents(); got != older {
		t.Errorf("the registry holds\n%s, and before\n%s", got, older)
	}
	client.want(http.StatusOK, "GET", "registered-models/get?name=other", nil)
	closeRegistry(t, again)
}

func TestWhatAKillBetweenCommitAndCopyLeavesIsMended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	opened, client := open(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.createVersion()
	left := duplicate(t, path)
	client.createVersion()
	writeFile(t, left+"-wal", readFile(t, path+"-wal")) // the commit is in the log, and nothing else knows it
	closeRegistry(t, opened)
	again, client := open(t, left)
	if got := client.versions(); got != 2 {
		t.Errorf("%d versions are left, want 2", got)
	}
	closeRegistry(t, again)
	if got := names(t, filepath.Dir(left)); !equal(got, []string{"registry.db"}) {
		t.Errorf("the folder holds %v, want the file alone", got)
	}
}

func TestALogThatEndsInTheMiddleIsReadAsFarAsItGoes(t *testing.T) {
	path := killed(t)
	log := readFile(t, path+"-wal")
	for _, size := range []int{0, 1, 31, 32, 33, 32 + 24, len(log) / 2, len(log) - 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			cut := duplicate(t, path)
			writeFile(t, cut+"-wal", log[:size])
			opened, err := embedded.Open(cut)
			if size >= len(log)/2 {
				// The file is ahead of what is left of its log, which SQLite would mix into it.
				if !errors.Is(err, registry.ErrStorage) {
					t.Errorf("Open = %v, want that the log is of another state", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeRegistry(t, opened)
		})
	}
}

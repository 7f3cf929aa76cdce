package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestABackupIsOneStateOfARegistryThatIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	opened, client := open(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.writes()
	over := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				client.writes()
			}
		}
	})
	for range 10 {
		copied := filepath.Join(t.TempDir(), "copy.db")
		if err := opened.Backup(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
		if left := names(t, filepath.Dir(copied)); !equal(left, []string{"copy.db"}) {
			t.Errorf("the folder of the copy holds %v", left)
		}
		of := openClient(t, copied)
		// Each round of writes makes one version and puts it into Production: the newest but for one at most holds it.
		if holders := of.holders("Production"); len(holders) != 1 {
			t.Errorf("the copy has the holders %v", holders)
		}
	}
	close(over)
	writer.Wait()
	closeRegistry(t, opened)
}

func TestABackupReplacesTheOneBefore(t *testing.T) {
	path := populated(t)
	opened, client := open(t, path)
	copied := filepath.Join(t.TempDir(), "copy.db")
	for want := 10; want < 12; want++ {
		if err := opened.Backup(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
		copiedOpened, copiedClient := open(t, copied)
		if got := copiedClient.versions(); got != want {
			t.Errorf("the copy has %d versions, want %d", got, want)
		}
		closeRegistry(t, copiedOpened)
		client.createVersion()
	}
	closeRegistry(t, opened)
}

func TestWhatCannotBeCopiedIsTold(t *testing.T) {
	path := populated(t)
	opened, _ := open(t, path)
	defer closeRegistry(t, opened)
	if err := opened.Backup(t.Context(), path); !errors.Is(err, registry.ErrStorage) || !strings.Contains(err.Error(), "is the registry itself") {
		t.Errorf("a copy onto itself: %v", err)
	}
	if err := opened.Backup(t.Context(), filepath.Join(t.TempDir(), "nowhere", "copy.db")); !errors.Is(err, registry.ErrStorage) ||
		!strings.Contains(err.Error(), "copy.db cannot be written") {
		t.Errorf("a copy into no folder: %v", err)
	}
	empty, err := embedded.Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer closeRegistry(t, empty)
	if err := empty.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db")); !errors.Is(err, registry.ErrStorage) ||
		!strings.Contains(err.Error(), "there is nothing to copy") {
		t.Errorf("a copy of nothing: %v", err)
	}
}

// ruins are what may be where a registry is put back.
func ruins(t *testing.T) map[string]string {
	t.Helper()
	damaged := populated(t)
	content := readFile(t, damaged)
	writeFile(t, damaged, content[:len(content)/2])
	mixed := killed(t)
	overwrite(t, mixed, readFile(t, populated(t)))
	return map[string]string{
		"nothing":                  filepath.Join(t.TempDir(), "registry.db"),
		"a registry at rest":       olderRegistry(t),
		"a killed process's":       killed(t),
		"a damaged registry":       damaged,
		"one with a foreign log":   mixed,
		"an empty file":            func() string { p := filepath.Join(t.TempDir(), "registry.db"); writeFile(t, p, nil); return p }(),
		"a log without a registry": func() string { p := killed(t); _ = os.Remove(p); return p }(),
	}
}

func TestRestorePutsACopyBackWhateverIsThere(t *testing.T) {
	source := populated(t)
	sourceClient := openClient(t, source)
	sourceClient.writes()
	contents := sourceClient.contents()
	for name, path := range ruins(t) {
		for way, copied := range map[string]string{"backup": backup(t, source), "plain copy": plainCopy(t, source)} {
			t.Run(name+" "+way, func(t *testing.T) {
				before := readFile(t, copied)
				restored, err := embedded.Restore(t.Context(), path, copied)
				if err != nil || restored.Live || restored.Models != 1 || restored.Versions != 11 {
					t.Fatalf("Restore = %+v, %v", restored, err)
				}
				if left := names(t, filepath.Dir(path)); !equal(left, []string{"registry.db"}) {
					t.Errorf("the folder holds %v", left)
				}
				if !bytes.Equal(readFile(t, copied), before) {
					t.Error("the copy was changed")
				}
				opened, client := open(t, path)
				if got := client.contents(); got != contents {
					t.Errorf("the registry holds\n%s, and the copy\n%s", got, contents)
				}
				client.writes()
				closeRegistry(t, opened)
			})
		}
	}
}

func TestRestoreWhileTheRegistryIsInUse(t *testing.T) {
	path := olderRegistry(t)
	clients := [2]client{openClient(t, path), openClient(t, path)}
	contents := clients[0].contents()
	copied := backup(t, path)
	for round := range 3 {
		for range 3 {
			clients[round%2].writes()
		}
		clients[0].want(http.StatusOK, "POST", "registered-models/create", body{"name": fmt.Sprint("other ", round)})
		restored, err := embedded.Restore(t.Context(), path, copied)
		if err != nil || !restored.Live || restored.Models != 1 || restored.Versions != 5 {
			t.Fatalf("Restore = %+v, %v", restored, err)
		}
		for i, client := range clients {
			if got := client.contents(); got != contents {
				t.Errorf("round %d, client %d: the registry holds\n%s, and the copy\n%s", round, i, got, contents)
			}
			client.wantCode("RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get?name="+fmt.Sprintf("other%%20%d", round), nil)
		}
		if got := openClient(t, plainCopy(t, path)).contents(); got != contents {
			t.Errorf("round %d: the file alone holds\n%s", round, got)
		}
	}
}

func TestRestoreRefusesWhatIsNoRegistry(t *testing.T) {
	copied := backup(t, populated(t))
	foreign := filepath.Join(t.TempDir(), "mlflow.db")
	database(t, foreign, "CREATE TABLE experiments (name TEXT)")
	newer := filepath.Join(t.TempDir(), "newer.db")
	database(t, newer, "PRAGMA application_id = 0x6d6c7267", "PRAGMA user_version = 99", "CREATE TABLE t (x)")
	text := filepath.Join(t.TempDir(), "main.tf")
	writeFile(t, text, []byte(strings.Repeat("provider \"mlregistry\" {}\n", 9)))
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	content := readFile(t, copied)
	for i := 5 * 4096; i < 6*4096; i++ {
		content[i] = byte(i)
	}
	writeFile(t, damaged, content)
	good := populated(t)
	for _, each := range []struct{ path, copied, want string }{
		{foreign, copied, "mlflow.db is an SQLite database of another application"},
		{newer, copied, "newer.db was written by a newer version"},
		{text, copied, "main.tf is not an SQLite database"},
		{good, foreign, "mlflow.db is an SQLite database of another application"},
		{good, newer, "newer.db was written by a newer version"},
		{good, text, "main.tf is not an SQLite database"},
		{good, damaged, "damaged.db is damaged"},
		{good, filepath.Join(t.TempDir(), "missing.db"), "missing.db is not there"},
		{good, good, "is the copy itself"},
	} {
		before := readFile(t, each.path)
		_, err := embedded.Restore(t.Context(), each.path, each.copied)
		if !errors.Is(err, registry.ErrStorage) || !strings.Contains(err.Error(), each.want) {
			t.Errorf("Restore(%s, %s) = %v, want %q", filepath.Base(each.path), filepath.Base(each.copied), err, each.want)
		}
		if !bytes.Equal(readFile(t, each.path), before) {
			t.Errorf("%s was changed", each.path)
		}
		if left := names(t, filepath.Dir(each.path)); len(left) != 1 {
			t.Errorf("%s: the folder holds %v", filepath.Base(each.path), left)
		}
	}
}

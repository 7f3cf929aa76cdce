package embedded_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What other programs do to the file of a registry that is in use.

func init() { helpers["editor"] = editAndDie }

// editAndDie changes a registry as another program would and ends without closing it.
func editAndDie(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	if _, err := db.Exec("UPDATE model_versions SET description = 'edited'"); err != nil {
		return err
	}
	fmt.Println("edited")
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Kill(); err != nil {
		return err
	}
	select {}
}

func TestWritesOfAnotherProgramAreTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	opened, client := open(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.writes()
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, statement := range []string{
		"UPDATE model_versions SET description = 'edited'", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "REINDEX",
		"DROP TABLE IF EXISTS theirs", "VACUUM",
	} {
		for range 2 {
			if _, err := other.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			before := client.versions()
			client.createVersion()
			if got := client.versions(); got != before+1 {
				t.Fatalf("after %s: %d versions, want %d", statement, got, before+1)
			}
		}
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	client.createVersion()
	want := client.versions()
	closeRegistry(t, opened)
	if got := openClient(t, plainCopy(t, path)).versions(); got != want {
		t.Errorf("the file alone has %d versions, want %d", got, want)
	}
}

func TestTheLogOfAnotherProgramThatWasKilledIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	opened, client := open(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.writes()
	closeRegistry(t, opened)
	editor, reported, complaint := startHelper(t, "editor", path)
	if !reported.Scan() {
		t.Fatalf("the editor stopped: %s", complaint)
	}
	_ = editor.Wait() // it says that it was killed
	if sizeOf(path+"-wal") == 0 {
		t.Fatal("no log was left")
	}
	opened, client = open(t, path)
	version := client.want(http.StatusOK, "GET", "model-versions/get?name=m&version=1", nil)["model_version"].(map[string]any)
	if version["description"] != "edited" {
		t.Errorf("the edit is lost: %v", version)
	}
	closeRegistry(t, opened)
}

func TestADeletedLogIsNoticedAndNothingIsOverwritten(t *testing.T) {
	for _, suffixes := range [][]string{{"-wal"}, {"-wal", "-shm"}} {
		t.Run(fmt.Sprint(suffixes), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "registry.db")
			opened, client := open(t, path)
			client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
			client.createVersion()
			for _, suffix := range suffixes {
				if err := os.Remove(path + suffix); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				for _, message := range []string{
					client.wantCode("INTERNAL_ERROR", "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"}),
					client.wantCode("INTERNAL_ERROR", "GET", "model-versions/search", nil),
				} {
					if !strings.Contains(message, "registry.db-wal) that was deleted or replaced while it was in use") {
						t.Fatalf("the message is %q", message)
					}
				}
			}
			want := "1"
			if len(suffixes) == 2 { // Only then do other processes not see the log's index.
				other, reported, complaint := startHelper(t, "migrator", path)
				if !reported.Scan() || reported.Text() != "created <nil>" {
					t.Fatalf("the other process stopped: %s", complaint)
				}
				if err := other.Wait(); err != nil {
					t.Fatal(err)
				}
				want = "2"
			}
			if len(suffixes) == 1 {
				// The log's index tells other processes of a log that is not there.
				other, reported, complaint := startHelper(t, "migrator", path)
				for reported.Scan() {
				}
				_ = other.Wait() // it fails
				if !strings.Contains(complaint.String(), "deleted or replaced while it was in use") {
					t.Errorf("another process says %s", complaint)
				}
			}
			closeRegistry(t, opened)
			if got := column(t, plainCopy(t, path), "SELECT count(*) FROM registered_models"); !equal(got, []string{want}) {
				t.Errorf("the file has %v models, want %s", got, want)
			}
		})
	}
}

// TestANewerCopyIsTakenForWhatItIs: the registry was moved, changed there, and moved back while nobody wrote here.
func TestANewerCopyIsTakenForWhatItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.createVersion()
	await(t, "emptied", func() bool { return sizeOf(path+"-wal") == 0 })
	moved := plainCopy(t, path)
	elsewhere, there := open(t, moved)
	for range 3 {
		there.writes()
	}
	contents := there.contents()
	closeRegistry(t, elsewhere)
	overwrite(t, path, readFile(t, moved))
	if got := client.contents(); got != contents {
		t.Errorf("the registry answers\n%s, want\n%s", got, contents)
	}
	if number := client.createVersion(); number != "5" {
		t.Errorf("the next version is %s, want 5", number)
	}
}

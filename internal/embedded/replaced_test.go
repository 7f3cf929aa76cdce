package embedded_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withBackup makes a registry with three versions of m, copies it by the given means, adds a version, and returns the open registry's
// path, a client, and the copy's content.
func withBackup(t *testing.T, copying func(*testing.T, string) string) (string, client, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	for range 3 {
		client.createVersion()
	}
	content := readFile(t, copying(t, path))
	client.createVersion()
	return path, client, content
}

// versions returns how many versions of m there are.
func (c client) versions() int {
	c.t.Helper()
	found, _ := c.want(http.StatusOK, "GET", "model-versions/search", nil)["model_versions"].([]any)
	return len(found)
}

var waysToCopy = map[string]func(*testing.T, string) string{"plain copy": plainCopy, "backup": backup}

func TestAFileReplacedWhileItsLogIsInUseIsLeftAsItIs(t *testing.T) {
	for way, copying := range waysToCopy {
		t.Run(way, func(t *testing.T) {
			path, client, content := withBackup(t, copying)
			if sizeOf(path+"-wal") == 0 {
				t.Fatal("the log is empty: nothing is to be seen here")
			}
			overwrite(t, path, content)
			for range 3 {
				for _, message := range []string{
					client.wantCode("INTERNAL_ERROR", "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"}),
					client.wantCode("INTERNAL_ERROR", "GET", "model-versions/search", nil),
				} {
					if !strings.Contains(message, "registry.db was replaced while it was in use") {
						t.Fatalf("the message is %q", message)
					}
				}
			}
			if !bytes.Equal(readFile(t, path), content) {
				t.Error("what was put back was changed")
			}
		})
	}
}

func TestAFileReplacedAtRestIsTakenForWhatItIsNow(t *testing.T) {
	for way, copying := range waysToCopy {
		for name, put := range map[string]func(*testing.T, string, []byte){
			"overwritten": overwrite,
			"renamed": func(t *testing.T, path string, content []byte) {
				t.Helper()
				writeFile(t, path+".new", content)
				if err := os.Rename(path+".new", path); err != nil {
					t.Fatal(err)
				}
			},
		} {
			t.Run(way+" "+name, func(t *testing.T) {
				path, client, content := withBackup(t, copying)
				other := openClient(t, path)
				if got := other.versions(); got != 4 {
					t.Fatalf("%d versions, want 4", got)
				}
				await(t, "emptied", func() bool { return sizeOf(path+"-wal") == 0 })
				put(t, path, content)
				if got := client.versions(); got != 3 {
					t.Errorf("%d versions after the copy was put back, want 3", got)
				}
				if number := other.createVersion(); number != "4" {
					t.Errorf("the next version is %s, want 4", number)
				}
				if got := client.versions(); got != 4 {
					t.Errorf("%d versions, want 4", got)
				}
			})
		}
	}
}

func TestARenamedFileBesideALogThatIsInUseIsRefused(t *testing.T) {
	path, client, content := withBackup(t, backup)
	writeFile(t, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		message := client.wantCode("INTERNAL_ERROR", "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
		if !strings.Contains(message, "belongs to another state") {
			t.Fatalf("the message is %q", message)
		}
	}
	if !bytes.Equal(readFile(t, path), content) {
		t.Error("what was put back was changed")
	}
}

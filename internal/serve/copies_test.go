package serve_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/serve"
)

// await waits until a condition holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute: not %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestCopiesAreWrittenAtTimesAndAtTheEnd(t *testing.T) {
	copied := filepath.Join(t.TempDir(), "copy.db")
	address, log, stop := startProgram(t, serve.Run, "--backup", copied, "--backup-every", "1s")
	if status, text := send(t, "POST", address+models+"create", `{"name":"m"}`, nil); status != http.StatusOK {
		t.Fatalf("create answered %d %s", status, text)
	}
	await(t, "copied", func() bool {
		_, err := os.Stat(copied)
		return err == nil
	})
	if status, text := send(t, "POST", address+models+"create", `{"name":"last"}`, nil); status != http.StatusOK {
		t.Fatalf("create answered %d %s", status, text)
	}
	stop()
	other, _ := start(t, "--db", copied)
	await(t, "copied at the end", func() bool {
		status, _ := send(t, "GET", other+models+"get?name=last", "", nil)
		return status == http.StatusOK
	})
	if strings.Contains(log.String(), "backup") {
		t.Errorf("the log tells of a failure: %s", log)
	}
}

func TestACopyThatFailsIsLogged(t *testing.T) {
	folder := t.TempDir()
	copied := filepath.Join(folder, "gone", "copy.db")
	address, log, _ := startProgram(t, serve.Run, "--backup", copied, "--backup-every", "1s")
	if status, text := send(t, "POST", address+models+"create", `{"name":"m"}`, nil); status != http.StatusOK {
		t.Fatalf("create answered %d %s", status, text)
	}
	await(t, "logged", func() bool { return strings.Contains(log.String(), "copy.db cannot be written") })
	if err := os.Mkdir(filepath.Dir(copied), 0o700); err != nil { // so that the one at the end succeeds
		t.Fatal(err)
	}
}

package embedded_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// callVariable says at which call the helper is to be killed.
const callVariable = "EMBEDDED_TEST_CALL"

func init() {
	helpers["victim"] = writeUntilKilled
	helpers["first victim"] = createUntilKilled
}

// createUntilKilled makes a registry in a new file, and prints how many calls there were if it lives. Another registry is made before:
// it loads the functions in which the process is killed.
func createUntilKilled(path string) error {
	other, err := embedded.Open(path + ".other")
	if err != nil {
		return err
	}
	if _, err := post(&http.Client{Transport: embedded.Transport(other)}, "registered-models/create", body{"name": "m"}); err != nil {
		return err
	}
	if err := other.Close(); err != nil {
		return err
	}
	fatal, err := strconv.ParseInt(os.Getenv(callVariable), 10, 64)
	if err != nil {
		return err
	}
	calls := embedded.KillAtFileCall(fatal, path)
	if err := createModel(path, "m"); err != nil {
		return err
	}
	fmt.Println("calls", calls())
	return nil
}

// TestWhereverTheFirstWriterIsKilledThereIsARegistryOrNothing does so for the process that makes the file.
func TestWhereverTheFirstWriterIsKilledThereIsARegistryOrNothing(t *testing.T) {
	run := func(call int) (created bool, calls int, path string) {
		t.Helper()
		path = filepath.Join(t.TempDir(), "registry.db")
		t.Setenv(callVariable, strconv.Itoa(call))
		command, reported, complaint := startHelper(t, "first victim", path)
		for reported.Scan() {
			if number, isCount := strings.CutPrefix(reported.Text(), "calls "); isCount {
				calls, _ = strconv.Atoi(number)
			}
			created = created || reported.Text() == "created <nil>"
		}
		_ = command.Wait() // it says that it was killed
		if complaint.Len() > 0 {
			t.Fatalf("killed at %d: %s", call, complaint)
		}
		return created, calls, path
	}
	_, all, _ := run(0)
	if all < 20 {
		t.Fatalf("there are %d calls, fewer than a write alone makes", all)
	}
	t.Logf("%d calls", all)
	for call := 1; call <= all; call += max(1, 2*all / *kills) {
		created, calls, path := run(call)
		if calls != 0 {
			continue // it had a call less to make this time
		}
		opened, err := embedded.Open(path)
		if err != nil {
			t.Fatalf("killed at %d: Open: %v", call, err)
		}
		client := client{t: t, http: &http.Client{Transport: embedded.Transport(opened)}}
		if created {
			client.want(http.StatusOK, "GET", "registered-models/get?name=m", nil)
		}
		client.send("POST", "registered-models/create", body{"name": "m"})
		client.want(http.StatusOK, "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
		closeRegistry(t, opened)
	}
}

// writeUntilKilled writes, lets the log be emptied, writes again and closes the registry. It prints how many versions have
// been answered and, if it lives, how many calls there were.
func writeUntilKilled(path string) error {
	opened, err := embedded.Open(path)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: embedded.Transport(opened)}
	write := func() error {
		answer, err := post(client, "model-versions/create", body{"name": "m", "source": "s3://b/x"})
		if err == nil {
			fmt.Println(answer.Version.Version)
		}
		return err
	}
	answer, err := client.Get("http://embedded/api/2.0/mlflow/registered-models/get?name=m") // so that the files are open
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	fatal, err := strconv.ParseInt(os.Getenv(callVariable), 10, 64)
	if err != nil {
		return err
	}
	calls := embedded.KillAtFileCall(fatal, path)
	for range 2 {
		if err := write(); err != nil {
			return err
		}
	}
	for range 2000 {
		if sizeOf(path+"-wal") == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := write(); err != nil {
		return err
	}
	if err := opened.Close(); err != nil {
		return err
	}
	fmt.Println("calls", calls())
	return nil
}

// TestWhereverAWriterIsKilledNothingIsLostOrRefused kills a process at each call that it makes to its files, or at as many of
// them, evenly spread, as -kills says.
func TestWhereverAWriterIsKilledNothingIsLostOrRefused(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "registry.db")
	opened, client := open(t, whole)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	client.writes()
	closeRegistry(t, opened)
	t.Run("a file", func(t *testing.T) { killEverywhere(t, whole) })
	t.Run("an older file", func(t *testing.T) { killEverywhere(t, olderFile) })
}

func killEverywhere(t *testing.T, whole string) {
	t.Helper()
	run := func(call int) (answered, calls int, path string) {
		t.Helper()
		path = filepath.Join(t.TempDir(), "registry.db")
		writeFile(t, path, readFile(t, whole))
		t.Setenv(callVariable, strconv.Itoa(call))
		command, reported, complaint := startHelper(t, "victim", path)
		for reported.Scan() {
			number, isCount := strings.CutPrefix(reported.Text(), "calls ")
			if isCount {
				calls, _ = strconv.Atoi(number)
				continue
			}
			answered, _ = strconv.Atoi(number)
		}
		_ = command.Wait() // it says that it was killed
		if complaint.Len() > 0 {
			t.Fatalf("killed at %d: %s", call, complaint)
		}
		return answered, calls, path
	}
	_, all, _ := run(0)
	if all < 20 {
		t.Fatalf("there are %d calls, fewer than a write alone makes", all)
	}
	t.Logf("%d calls", all)
	for call := 1; call <= all; call += max(1, 2*all / *kills) {
		answered, calls, path := run(call)
		if calls != 0 {
			continue // it had a call less to make this time
		}
		checkAfterKill(t, path, answered)
		// The file alone holds what was answered as well, once somebody has closed it.
		copied, client := open(t, plainCopy(t, path))
		if got := client.versions(); got < answered {
			t.Errorf("killed at %d: %d versions are in the file, want %d", call, got, answered)
		}
		closeRegistry(t, copied)
		if got := column(t, path, "PRAGMA integrity_check"); !equal(got, []string{"ok"}) {
			t.Errorf("killed at %d: the file is damaged: %v", call, got)
		}
	}
}

package embedded_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// kills is about how many processes the tests here kill; make test-kills asks for a few hundred.
var kills = flag.Int("kills", 60, "how many processes to kill")

func init() {
	helpers["writer"] = writeForever
	helpers["creator"] = func(path string) error { return createModel(path, "m") }
	helpers["migrator"] = func(path string) error { return createModel(path, "other") }
}

// createModel registers a model and says so.
func createModel(path, name string) error {
	opened, err := embedded.Open(path)
	if err != nil {
		return err
	}
	_, err = post(&http.Client{Transport: embedded.Transport(opened)}, "registered-models/create", body{"name": name})
	fmt.Println("created", err)
	return errors.Join(err, opened.Close())
}

// writeForever registers and promotes versions of the model m, and prints each number once it was answered
// that the version holds Production.
func writeForever(path string) error {
	opened, err := embedded.Open(path)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: embedded.Transport(opened)}
	for {
		answer, err := post(client, "model-versions/create", body{"name": "m", "source": "s3://b/x"})
		if err != nil {
			return err
		}
		number := answer.Version.Version
		if _, err := post(client, "model-versions/transition-stage",
			body{"name": "m", "version": number, "stage": "Production", "archive_existing_versions": true}); err != nil {
			return err
		}
		fmt.Println(number)
	}
}

type versionReply struct {
	Version struct {
		Version string `json:"version"`
	} `json:"model_version"`
}

func post(client *http.Client, path string, content body) (reply versionReply, err error) {
	text, err := json.Marshal(content)
	if err != nil {
		return reply, err
	}
	response, err := client.Post("http://embedded/api/2.0/mlflow/"+path, "application/json", bytes.NewReader(text))
	if err != nil {
		return reply, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		return reply, fmt.Errorf("%s answered %d %s", path, response.StatusCode, text)
	}
	return reply, json.NewDecoder(response.Body).Decode(&reply)
}

// startHelper starts a helper on the registry and returns the lines it prints.
func startHelper(t *testing.T, name, path string) (*exec.Cmd, *bufio.Scanner, *bytes.Buffer) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], path)
	command.Env = append(os.Environ(), helperVariable+"="+name)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, bufio.NewScanner(output), &complaint
}

func TestWhatWasAnsweredSurvivesKills(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	openClient(t, path).want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	random := rand.New(rand.NewPCG(7, 7))
	greatest := 0
	for round := range *kills / 2 {
		// Two at once, so that one is killed while the other waits for it or writes.
		victim, reported, complaint := startHelper(t, "writer", path)
		other, otherReported, otherComplaint := startHelper(t, "writer", path)
		acknowledged := 0
		for range 1 + random.IntN(12) {
			if !reported.Scan() {
				t.Fatalf("round %d: the writer stopped: %s", round, complaint)
			}
			acknowledged, _ = strconv.Atoi(reported.Text())
		}
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = victim.Wait() // it says that it was killed
		for range 2 {
			if !otherReported.Scan() {
				t.Fatalf("round %d: the other writer stopped: %s", round, otherComplaint)
			}
			number, _ := strconv.Atoi(otherReported.Text())
			acknowledged = max(acknowledged, number)
		}
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = other.Wait()
		greatest = max(greatest, acknowledged)
		checkAfterKill(t, path, greatest)
	}
}

func TestAKillDuringTheFirstWriteLeavesARegistryOrNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for round := range *kills / 3 {
		path := filepath.Join(t.TempDir(), "registry.db")
		command, reported, _ := startHelper(t, "creator", path)
		timer := time.AfterFunc(time.Duration(random.IntN(25_000))*time.Microsecond, func() { _ = command.Process.Kill() })
		created := reported.Scan() && reported.Text() == "created <nil>"
		_ = command.Wait() // killed or done
		timer.Stop()
		client := openClient(t, path)
		if created {
			client.want(http.StatusOK, "GET", "registered-models/get?name=m", nil)
		}
		client.send("POST", "registered-models/create", body{"name": "m"})
		if status, answer := client.send("POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"}); status != http.StatusOK {
			t.Fatalf("round %d: create answered %d %v", round, status, answer)
		}
	}
}

// checkAfterKill opens the registry as the next process would: nothing that was answered is lost, and the
// stage has one holder.
func checkAfterKill(t *testing.T, path string, greatest int) {
	t.Helper()
	opened, err := embedded.Open(path)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	client := client{t: t, http: &http.Client{Transport: embedded.Transport(opened)}}
	answer := client.want(http.StatusOK, "GET", "model-versions/search?filter=name%3D'm'&order_by=version_number", nil)
	versions, _ := answer["model_versions"].([]any)
	if len(versions) < greatest {
		t.Fatalf("%d versions are left of at least %d that were answered", len(versions), greatest)
	}
	for i, version := range versions {
		if got := version.(map[string]any)["version"]; got != strconv.Itoa(i+1) {
			t.Fatalf("version %v comes in the place of %d", got, i+1)
		}
	}
	if holders := client.holders("Production"); len(holders) != 1 {
		t.Fatalf("the holders are %v, want one", holders)
	}
	client.want(http.StatusOK, "PATCH", "registered-models/update", body{"name": "m", "description": strconv.Itoa(greatest)})
	if err := opened.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

//go:build unix

package embedded_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

func init() {
	helpers["visitor"] = visit
	helpers["onlooker"] = lookOn
}

// lookOn prints who holds Production of m each time that it is asked.
func lookOn(path string) error {
	opened, err := embedded.Open(path)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: embedded.Transport(opened)}
	asked := bufio.NewScanner(os.Stdin)
	for asked.Scan() {
		response, err := client.Get("http://embedded/api/2.0/mlflow/model-versions/search")
		if err != nil {
			return err
		}
		var answer struct {
			Message  string `json:"message"`
			Versions []struct {
				Version string `json:"version"`
				Stage   string `json:"current_stage"`
			} `json:"model_versions"`
		}
		if err := errors.Join(json.NewDecoder(response.Body).Decode(&answer), response.Body.Close()); err != nil {
			return err
		}
		var holders []string
		for _, version := range answer.Versions {
			if version.Stage == "Production" {
				holders = append(holders, version.Version)
			}
		}
		fmt.Println(response.StatusCode, len(answer.Versions), holders, answer.Message)
	}
	return opened.Close()
}

// visit reads and then tries to write, and prints both answers.
func visit(path string) error {
	opened, err := embedded.Open(path)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: embedded.Transport(opened)}
	response, err := client.Get("http://embedded/api/2.0/mlflow/model-versions/get?name=m&version=10")
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	fmt.Println("read", response.StatusCode, err)
	_, err = post(client, "registered-models/create", body{"name": "n"})
	fmt.Println("write", err)
	return errors.Join(response.Body.Close(), opened.Close())
}

// asVisitor runs the visitor as a user who is not the owner of anything, even when the tests run as root,
// whom file modes do not stop.
func asVisitor(t *testing.T, path string) string {
	t.Helper()
	command := visitorCommand(t, "visitor", path)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the visitor failed: %v\n%s", err, output)
	}
	return string(output)
}

// visitorCommand is a helper run by that user.
func visitorCommand(t *testing.T, helper, path string) *exec.Cmd {
	t.Helper()
	program := os.Args[0]
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		const nobody = 65534
		attributes.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		program = filepath.Join(publicFolder(t), "visitor")
		content := readFile(t, os.Args[0])
		if err := os.WriteFile(program, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, path) // it ends by itself
	command.Dir = "/"
	command.Env = append(os.Environ(), helperVariable+"="+helper)
	command.SysProcAttr = attributes
	return command
}

// onlooker starts one and returns what asks it.
func onlooker(t *testing.T, path string) func() string {
	t.Helper()
	command := visitorCommand(t, "onlooker", path)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	questions, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(output)
	t.Cleanup(func() {
		if err := errors.Join(questions.Close(), command.Wait()); err != nil {
			t.Errorf("the onlooker failed: %v %s", err, &complaint)
		}
	})
	return func() string {
		t.Helper()
		if _, err := fmt.Fprintln(questions); err != nil {
			t.Fatal(err)
		}
		if !answers.Scan() {
			t.Fatalf("the onlooker stopped: %s", &complaint)
		}
		return answers.Text()
	}
}

// publicFolder returns a folder that every user can enter.
func publicFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	t.Cleanup(func() {
		if err := os.Chmod(folder, 0o700); err != nil {
			t.Error(err)
		}
	})
	for _, each := range []string{filepath.Dir(folder), folder} {
		if err := os.Chmod(each, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestWhatMayOnlyBeReadIsReadAndLeftAsItIs(t *testing.T) {
	whole := readFile(t, populated(t))
	for name, modes := range map[string]struct{ file, folder os.FileMode }{
		"file":            {0o444, 0o777},
		"folder":          {0o666, 0o555},
		"file and folder": {0o444, 0o555},
	} {
		folder := publicFolder(t)
		path := filepath.Join(folder, "registry.db")
		writeFile(t, path, whole)
		if err := errors.Join(os.Chmod(path, modes.file), os.Chmod(folder, modes.folder)); err != nil {
			t.Fatal(err)
		}
		output := asVisitor(t, path)
		if !strings.Contains(output, "read 200 <nil>") {
			t.Errorf("%s: reading answered %s", name, output)
		}
		if !strings.Contains(output, `write registered-models/create answered 500`) ||
			!strings.Contains(output, `"message": "embedded registry: registry.db `) || !strings.Contains(output, "writable") {
			t.Errorf("%s: writing answered %s", name, output)
		}
		if !bytes.Equal(whole, readFile(t, path)) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

// publicCopy copies a registry, with its log, to where every user may read it and, where folder says so, make files.
func publicCopy(t *testing.T, path string, folder os.FileMode) string {
	t.Helper()
	public := publicFolder(t)
	copied := filepath.Join(public, "registry.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if sizeOf(path+suffix) > 0 {
			writeFile(t, copied+suffix, readFile(t, path+suffix))
			if err := os.Chmod(copied+suffix, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Chmod(public, folder); err != nil {
		t.Fatal(err)
	}
	return copied
}

func TestWhoMayOnlyReadSeesEveryCommit(t *testing.T) {
	for name, folder := range map[string]os.FileMode{"folder of others": 0o755, "folder of all": 0o777} {
		t.Run(name, func(t *testing.T) {
			path := publicCopy(t, populated(t), folder)
			look := onlooker(t, path)
			if got := look(); got != "200 10 [] " {
				t.Fatalf("before anything is written: %s", got)
			}
			if got := names(t, filepath.Dir(path)); !equal(got, []string{"registry.db"}) {
				t.Fatalf("whoever reads has made files: %v", got)
			}
			opened, client := open(t, path)
			for round := range 40 { // more than a log holds before it is used from its beginning again
				version := fmt.Sprint(round%10 + 1)
				client.want(http.StatusOK, "POST", "model-versions/transition-stage",
					body{"name": "m", "version": version, "stage": "Production", "archive_existing_versions": true})
				if got := look(); got != "200 10 ["+version+"] " {
					t.Fatalf("after the promotion of %s: %s", version, got)
				}
				if round == 20 {
					await(t, "emptied", func() bool { return sizeOf(path+"-wal") == 0 })
				}
			}
			closeRegistry(t, opened)
			if got := look(); got != "200 10 [10] " {
				t.Errorf("after the writer has closed the registry: %s", got)
			}
			if got := names(t, filepath.Dir(path)); !equal(got, []string{"registry.db"}) {
				t.Errorf("files are left: %v", got)
			}
		})
	}
}

func TestWhoMayOnlyReadSeesWhatAKilledProcessWrote(t *testing.T) {
	for name, without := range map[string]string{"log and index": "", "log without index": "-shm"} {
		t.Run(name, func(t *testing.T) {
			path := publicCopy(t, killed(t), 0o755)
			if without != "" {
				if err := os.Remove(path + without); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := onlooker(t, path)(), fmt.Sprintf("200 %d [] ", pauserVersions); got != want {
				t.Errorf("it sees %s, want %s", got, want)
			}
		})
	}
}

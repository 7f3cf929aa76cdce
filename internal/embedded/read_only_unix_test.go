//go:build unix

package embedded_test

import (
	"bytes"
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

func init() { helpers["visitor"] = visit }

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
	command := exec.CommandContext(t.Context(), program, path)
	command.Dir = "/"
	command.Env = append(os.Environ(), helperVariable+"=visitor")
	command.SysProcAttr = attributes
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the visitor failed: %v\n%s", err, output)
	}
	return string(output)
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

package terraform_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// TestMain lets this program stand for a CLI: with the argument exit it writes what it was started with, and ends with a code;
// with the argument wait it ends when it is interrupted.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 2 && os.Args[1] == "exit":
		code, _ := strconv.Atoi(os.Args[2])
		folder, _ := os.Getwd()
		fmt.Println("folder", folder)
		for _, setting := range os.Environ() {
			fmt.Fprintln(os.Stderr, setting)
		}
		os.Exit(code)
	case len(os.Args) > 1 && os.Args[1] == "wait":
		fmt.Println("waiting")
		select {}
	}
	os.Exit(m.Run())
}

func newCLI(t *testing.T) *terraform.CLI {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cli, err := terraform.New(program, "cli.tfrc")
	if err != nil {
		t.Fatal(err)
	}
	return cli
}

func TestACommandRunsInItsFolderWithoutTheUsersSettings(t *testing.T) {
	t.Setenv("TF_LOG", "trace")
	t.Setenv("MLFLOW_TRACKING_TOKEN", "s3cr3t")
	t.Setenv("HARMLESS", "kept")
	folder, err := filepath.EvalSymlinks(t.TempDir()) // As the system writes it.
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{0, 2} {
		var stdout, stderr bytes.Buffer
		code, err := newCLI(t).Run(t.Context(), folder, &stdout, &stderr, "exit", strconv.Itoa(want))
		if err != nil || code != want {
			t.Errorf("exited with %d, %v; want %d", code, err, want)
		}
		if got := strings.TrimSpace(stdout.String()); got != "folder "+folder {
			t.Errorf("ran in %q", got)
		}
		for text, wanted := range map[string]bool{"TF_LOG=": false, "MLFLOW_": false, "HARMLESS=kept": true, "TF_CLI_CONFIG_FILE=cli.tfrc": true} {
			if strings.Contains(stderr.String(), text) != wanted {
				t.Errorf("%s in the environment: want %t", text, wanted)
			}
		}
	}
}

// ends cancels when something is written.
type ends struct{ cancel context.CancelFunc }

func (e ends) Write(text []byte) (int, error) {
	e.cancel()
	return len(text), nil
}

func TestACommandEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := newCLI(t).Run(ctx, t.TempDir(), ends{cancel}, nil, "wait"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAProgramThatIsNotThereIsNamed(t *testing.T) {
	if _, err := terraform.New("no-such-terraform", ""); err == nil || !strings.Contains(err.Error(), "no-such-terraform") {
		t.Errorf("got %v", err)
	}
}

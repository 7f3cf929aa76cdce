package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// ProviderBinary returns the path of the provider, built from this checkout once per test process and left
// under .work for the next one to replace.
func ProviderBinary(t testing.TB) string {
	t.Helper()
	path, err := buildProvider()
	if err != nil {
		t.Fatalf("build the provider: %v", err)
	}
	return path
}

var buildProvider = sync.OnceValues(func() (string, error) {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(module)))
	work := filepath.Join(root, ".work", "acctest")
	if err := os.MkdirAll(filepath.Join(work, "provider"), 0o755); err != nil {
		return "", err
	}
	// Built aside and moved into place at once: test processes run side by side and share the place.
	aside, err := os.MkdirTemp(work, "build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(aside) }()
	name := "terraform-provider-mlregistry"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	build := exec.Command("go", "build", "-o", filepath.Join(aside, name), ".")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	final := filepath.Join(work, "provider", name)
	return final, os.Rename(filepath.Join(aside, name), final)
})

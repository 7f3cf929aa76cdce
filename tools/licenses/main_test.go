package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLicensesIn(t *testing.T) {
	ours, golang := read(t, "../../LICENSE"), read(t, filepath.Join(goRoot(t), "LICENSE"))
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"one":              {map[string]string{"LICENSE": ours}, []string{"MPL-2.0"}},
		"an ending":        {map[string]string{"LICENSE.md": golang}, []string{"BSD-3-Clause"}},
		"another spelling": {map[string]string{"COPYING": golang}, []string{"BSD-3-Clause"}},
		"of third parties": {
			map[string]string{"LICENSE": ours, "LICENSE-3RD-PARTY.md": "We use Go. Its licence is this one, and there is much to say about it.\n" + golang},
			[]string{"BSD-3-Clause", "MPL-2.0"},
		},
		"no licence file": {map[string]string{"README": ours}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := licensesIn(folder(t, test.files))
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("licensesIn = %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestLicensesIn_refusesWhatIsNoLicence(t *testing.T) {
	if got, err := licensesIn(folder(t, map[string]string{"LICENSE": "Do as you like, but ask us first."})); err == nil {
		t.Errorf("taken for %v", got)
	}
}

func TestPermit(t *testing.T) {
	for _, refused := range [][]string{nil, {"GPL-3.0"}, {"MIT", "AGPL-3.0"}, {"SSPL-1.0"}} {
		if permit(refused) == nil {
			t.Errorf("%v is permitted", refused)
		}
	}
	if err := permit([]string{"Apache-2.0", "MIT"}); err != nil {
		t.Error(err)
	}
}

// goRoot is where Go itself is installed, with its licence.
func goRoot(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(root))
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	made := t.TempDir()
	for file, content := range files {
		if err := os.WriteFile(filepath.Join(made, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

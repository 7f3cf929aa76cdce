package main

import (
	"archive/zip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const root = "../.."

// What is released is what .goreleaser.yml builds.
func TestPlatforms(t *testing.T) {
	var config struct {
		Builds []struct {
			Targets []string `yaml:"targets"`
		} `yaml:"builds"`
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(root, ".goreleaser.yml"))), &config); err != nil {
		t.Fatal(err)
	}
	if len(config.Builds) != 1 || !slices.Equal(config.Builds[0].Targets, releasePlatforms) {
		t.Errorf("GoReleaser builds %+v, released are %v", config.Builds, releasePlatforms)
	}
}

// The documentation of this checkout is laid out as the registries want it.
func TestDocs(t *testing.T) {
	for _, problem := range checkDocs(filepath.Join(root, "docs")) {
		t.Error(problem)
	}
}

func TestDocs_ownFolder(t *testing.T) {
	page := "---\npage_title: \"A page\"\n---\n"
	for name, left := range map[string]bool{"decisions/a.md": true, "guides/decisions/a.md": false, "decision/a.md": false} {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "index.md"), page)
		write(t, filepath.Join(folder, "resources/a.md"), page)
		write(t, filepath.Join(folder, name), "# A decision\n")
		if problems := checkDocs(folder); (len(problems) == 0) != left {
			t.Errorf("%s: problems are %q, is left to readers of the repository: %t", name, problems, left)
		}
	}
}

func TestDocs_problems(t *testing.T) {
	page := "---\npage_title: \"A page\"\n---\n"
	for want, files := range map[string]map[string]string{
		"index.md":             {"resources/a.md": page, "resources/b.md": page},
		"no such page":         {"index.md": page, "resources/a/b.md": page},
		"pages end in .md":     {"index.md": page, "resources/a.md": page, "guides/a.png": ""},
		"does not begin":       {"index.md": page, "resources/a.md": "# A page\n"},
		"larger than":          {"index.md": page, "resources/a.md": page + strings.Repeat("a", largestPage)},
		"resource/a.md: the r": {"index.md": page, "resource/a.md": page, "resources/a.md": page},
	} {
		folder := t.TempDir()
		for name, content := range files {
			write(t, filepath.Join(folder, name), content)
		}
		if problems := strings.Join(checkDocs(folder), "\n"); !strings.Contains(filepath.ToSlash(problems), want) {
			t.Errorf("%v: problems are %q, want %q", files, problems, want)
		}
	}
}

// A release that is right passes, and each thing that could be wrong with one is told.
func TestRelease(t *testing.T) {
	dist, keyring := t.TempDir(), newKey(t)
	platform := runtime.GOOS + "_" + runtime.GOARCH
	program := build(t, dist)
	archive := project + "_1.2.3_" + platform + ".zip"
	sums := project + "_1.2.3_SHA256SUMS"
	manifest := filepath.Join(root, "terraform-registry-manifest.json")

	pack := func(t *testing.T, binary, extra string) {
		t.Helper()
		entries := map[string]string{"LICENSE": "MPL", binary: read(t, program)}
		if extra != "" {
			entries[extra] = ""
		}
		makeZip(t, filepath.Join(dist, archive), entries)
	}
	list := func(t *testing.T) {
		t.Helper()
		content := ""
		for name, file := range map[string]string{archive: filepath.Join(dist, archive), project + "_1.2.3_manifest.json": manifest} {
			content += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(read(t, file))), name)
		}
		write(t, filepath.Join(dist, sums), content)
	}
	sign := func(t *testing.T, args ...string) {
		t.Helper()
		path := filepath.Join(dist, sums)
		_ = os.Remove(path + ".sig")
		gpg(t, keyring, append(args, "--output", path+".sig", "--detach-sign", path)...)
	}
	binary := project + "_v1.2.3"
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	whole := func(t *testing.T) *release {
		t.Helper()
		pack(t, binary, "")
		list(t)
		sign(t)
		write(t, filepath.Join(dist, archive+".spdx.json"),
			`{"spdxVersion": "SPDX-2.3", "packages": [{"name": "github.com/hashicorp/terraform-plugin-framework"}]}`)
		return &release{dist: dist, manifest: manifest, platforms: []string{platform}, keyring: keyring}
	}

	if problems := whole(t).check(); len(problems) > 0 {
		t.Fatalf("a release that is right: %v", problems)
	}
	for name, test := range map[string]struct {
		spoil func(*testing.T, *release)
		want  string
	}{
		"a platform that was not built": {func(_ *testing.T, r *release) { r.platforms = append(r.platforms, "plan9_amd64") }, "plan9_amd64.zip: open"},
		"a zip too many":                {func(_ *testing.T, r *release) { r.platforms = nil }, "not released"},
		"another name in the zip": {func(t *testing.T, _ *release) {
			pack(t, project, "")
			list(t)
			sign(t)
		}, "holds [LICENSE " + project + "]"},
		"a file too many in the zip": {func(t *testing.T, _ *release) {
			pack(t, binary, "notes.txt")
			list(t)
			sign(t)
		}, "notes.txt"},
		"a zip that changed":      {func(t *testing.T, _ *release) { pack(t, binary, "x") }, "the checksum of " + archive},
		"a manifest that changed": {func(t *testing.T, r *release) { r.manifest = write(t, filepath.Join(t.TempDir(), "m"), "{}") }, "the checksum of"},
		"another protocol": {func(t *testing.T, r *release) {
			r.manifest = write(t, filepath.Join(t.TempDir(), "m"), `{"version":1}`)
		}, "want version 1 and protocol"},
		"checksums that changed": {func(t *testing.T, _ *release) {
			write(t, filepath.Join(dist, sums), read(t, filepath.Join(dist, sums))+"\n")
		}, "BAD signature"},
		"no manifest in the checksums": {func(t *testing.T, _ *release) { write(t, filepath.Join(dist, sums), "") }, "leave out " + project + "_1.2.3_manifest.json"},
		"a signature in ASCII":         {func(t *testing.T, _ *release) { sign(t, "--armor") }, "in ASCII"},
		"a signature of somebody else": {func(t *testing.T, r *release) { r.keyring = newKey(t) }, "exit status"},
		"no SBOM":                      {func(t *testing.T, _ *release) { remove(t, filepath.Join(dist, archive+".spdx.json")) }, "spdx.json"},
		"an empty SBOM":                {func(t *testing.T, _ *release) { write(t, filepath.Join(dist, archive+".spdx.json"), "{}") }, "no SPDX document"},
		"no checksums":                 {func(t *testing.T, _ *release) { remove(t, filepath.Join(dist, sums)) }, "there are 0"},
	} {
		t.Run(name, func(t *testing.T) {
			r := whole(t)
			test.spoil(t, r)
			if problems := strings.Join(r.check(), "\n"); !strings.Contains(problems, test.want) {
				t.Errorf("problems are %q, want %q", problems, test.want)
			}
		})
	}

	t.Run("built for another platform", func(t *testing.T) {
		r := whole(t)
		r.platforms = []string{"darwin_mips"}
		if err := os.Rename(filepath.Join(dist, archive), filepath.Join(dist, project+"_1.2.3_darwin_mips.zip")); err != nil {
			t.Fatal(err)
		}
		if problems := strings.Join(r.check(), "\n"); !strings.Contains(problems, "was built with GOARCH="+runtime.GOARCH+", want mips") {
			t.Errorf("problems are %q", problems)
		}
		remove(t, filepath.Join(dist, project+"_1.2.3_darwin_mips.zip"))
	})
}

// build builds the provider as a release does.
func build(t *testing.T, folder string) string {
	t.Helper()
	program := filepath.Join(folder, "program")
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -X main.version=1.2.3", "-o", program, ".")
	command.Dir = root
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	return program
}

func makeZip(t *testing.T, path string, entries map[string]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	for name, content := range entries {
		header := &zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
		header.SetMode(0o755)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// newKey makes a key to sign with.
func newKey(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") //nolint:usetesting // the path of a socket in it has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	gpg(t, home, "--passphrase", "", "--quick-generate-key", "Test <test@example.invalid>", "rsa2048", "sign", "never")
	return home
}

func gpg(t *testing.T, home string, args ...string) {
	t.Helper()
	command := exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--quiet"}, args...)...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("gpg %v: %v\n%s", args, err, output)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

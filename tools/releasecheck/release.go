package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// release is what is to be uploaded.
type release struct {
	dist      string
	manifest  string
	platforms []string
	keyring   string
	unsigned  bool

	version  string
	problems []string
}

func (r *release) wrong(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// check returns everything that is wrong.
func (r *release) check() []string {
	lists, err := filepath.Glob(filepath.Join(r.dist, project+"_*_SHA256SUMS"))
	if err != nil || len(lists) != 1 {
		r.wrong("one list of checksums %s_VERSION_SHA256SUMS is wanted in %s, there are %d", project, r.dist, len(lists))
		return r.problems
	}
	r.version = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(lists[0]), project+"_"), "_SHA256SUMS")
	sums := r.readSums(lists[0])

	published := []string{r.name("manifest.json")}
	for _, platform := range r.platforms {
		published = append(published, r.name(platform+".zip"))
		r.checkArchive(platform)
		r.checkSBOM(r.name(platform + ".zip"))
	}
	for _, file := range published {
		r.checkSum(sums, file)
	}
	zips, _ := filepath.Glob(filepath.Join(r.dist, "*.zip")) // The pattern is well-formed.
	for _, file := range zips {
		if !slices.Contains(published, filepath.Base(file)) {
			r.wrong("%s is for a platform that is not released", filepath.Base(file))
		}
	}
	r.checkManifest()
	if !r.unsigned {
		r.checkSignature(lists[0])
	}
	return r.problems
}

// name is the name of a file of the release.
func (r *release) name(rest string) string { return project + "_" + r.version + "_" + rest }

// readSums reads the list of checksums as sha256sum writes it.
func (r *release) readSums(file string) map[string]string {
	content, err := os.ReadFile(file)
	if err != nil {
		r.wrong("%v", err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(content)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok {
			r.wrong("%s has a line that is no checksum: %q", filepath.Base(file), line)
			continue
		}
		sums[name] = sum
	}
	return sums
}

func (r *release) checkSum(sums map[string]string, name string) {
	listed, ok := sums[name]
	if !ok {
		r.wrong("the checksums leave out %s", name)
		return
	}
	path := filepath.Join(r.dist, name)
	if name == r.name("manifest.json") {
		path = r.manifest // GoReleaser uploads it under another name, and makes no copy.
	}
	content, err := os.ReadFile(path)
	if err != nil {
		r.wrong("%v", err)
		return
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != listed {
		r.wrong("the checksum of %s is %x, listed is %s", name, sum, listed)
	}
}

// checkManifest checks what tells the registries which plugin protocol the provider speaks: 6.0, as main.go serves it.
func (r *release) checkManifest() {
	content, err := os.ReadFile(r.manifest)
	if err != nil {
		r.wrong("%v", err)
		return
	}
	var manifest struct {
		Version  int `json:"version"`
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&manifest); err != nil {
		r.wrong("%s: %v", r.manifest, err)
		return
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		r.wrong("%s: version %d, protocols %v; want version 1 and protocol 6.0", r.manifest, manifest.Version, manifest.Metadata.Protocols)
	}
}

// checkSignature checks the detached signature of the checksums, which is to be binary.
func (r *release) checkSignature(sums string) {
	signature := sums + ".sig"
	content, err := os.ReadFile(signature)
	if err != nil {
		r.wrong("%v", err)
		return
	}
	if bytes.HasPrefix(content, []byte("-----BEGIN")) {
		r.wrong("%s is in ASCII; the registries want it binary", filepath.Base(signature))
	}
	verify := exec.CommandContext(context.Background(), "gpg", "--batch", "--verify", signature, sums)
	verify.Env = os.Environ()
	if r.keyring != "" {
		verify.Env = append(verify.Env, "GNUPGHOME="+r.keyring)
	}
	if output, err := verify.CombinedOutput(); err != nil {
		r.wrong("%s: %v\n%s", filepath.Base(signature), err, output)
	}
}

// checkSBOM checks that a zip has its list of ingredients, and that the list is not empty.
func (r *release) checkSBOM(archive string) {
	name := archive + ".spdx.json"
	content, err := os.ReadFile(filepath.Join(r.dist, name))
	if err != nil {
		r.wrong("%v", err)
		return
	}
	var sbom struct {
		Version  string `json:"spdxVersion"`
		Packages []struct {
			Name string `json:"name"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(content, &sbom); err != nil {
		r.wrong("%s: %v", name, err)
		return
	}
	const ingredient = "github.com/hashicorp/terraform-plugin-framework"
	for _, one := range sbom.Packages {
		if strings.HasPrefix(sbom.Version, "SPDX-") && one.Name == ingredient {
			return
		}
	}
	r.wrong("%s is no SPDX document that names %s", name, ingredient)
}

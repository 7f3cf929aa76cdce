package main

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// checkArchive checks the zip of a platform: the program under the name that Terraform starts, and the licence.
func (r *release) checkArchive(platform string) {
	name := r.name(platform + ".zip")
	archive, err := zip.OpenReader(filepath.Join(r.dist, name))
	if err != nil {
		r.wrong("%s: %v", name, err)
		return
	}
	defer func() { _ = archive.Close() }()
	program := project + "_v" + r.version
	if strings.HasPrefix(platform, "windows_") {
		program += ".exe"
	}
	var names []string
	for _, file := range archive.File {
		names = append(names, file.Name)
		if !file.Modified.Equal(archive.File[0].Modified) {
			r.wrong("%s: the times of its files differ, so that it would not be the same if it were made again", name)
		}
		if file.Name == program {
			r.checkProgram(name, platform, file)
		}
	}
	slices.Sort(names)
	if want := []string{"LICENSE", program}; !slices.Equal(names, want) {
		r.wrong("%s holds %v, want %v", name, names, want)
	}
}

// checkProgram reads out of a program how it was built.
func (r *release) checkProgram(archive, platform string, file *zip.File) {
	if !strings.HasPrefix(platform, "windows_") && file.Mode().Perm() != 0o755 {
		r.wrong("%s: the mode of %s is %v", archive, file.Name, file.Mode())
	}
	content, err := file.Open()
	if err != nil {
		r.wrong("%s: %v", archive, err)
		return
	}
	defer func() { _ = content.Close() }()
	program, err := io.ReadAll(content)
	if err != nil {
		r.wrong("%s: %v", archive, err)
		return
	}
	built, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		r.wrong("%s: %s: %v", archive, file.Name, err)
		return
	}
	settings := map[string]string{}
	for _, one := range built.Settings {
		settings[one.Key] = one.Value
	}
	system, architecture, _ := strings.Cut(platform, "_")
	for key, want := range map[string]string{"GOOS": system, "GOARCH": architecture, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if settings[key] != want {
			r.wrong("%s: %s was built with %s=%s, want %s", archive, file.Name, key, settings[key], want)
		}
	}
	if built.Path != "github.com/mlregistry/"+project {
		r.wrong("%s: %s is the program %s", archive, file.Name, built.Path)
	}
	if !bytes.Contains(program, []byte(r.version)) {
		r.wrong("%s: %s does not know its version", archive, file.Name)
	}
}

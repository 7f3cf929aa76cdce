package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licences, by their SPDX identifier, under which a binary may be given on with ours, MPL-2.0.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0"}

// systems are those of a release. Which modules are linked differs by system, not by architecture.
var systems = []string{"darwin", "freebsd", "linux", "windows"}

// mostOf is how much of a licence file has to be licence text, in percent: the rest are names and years.
const mostOf = 75

func main() {
	modules := map[string]string{}
	for _, system := range systems {
		if err := linked(system, modules); err != nil {
			fmt.Fprintln(os.Stderr, "licenses:", err)
			os.Exit(1)
		}
	}
	failed := false
	for _, module := range slices.Sorted(maps.Keys(modules)) {
		found, err := licensesIn(modules[module])
		if err == nil {
			err = permit(found)
		}
		if err != nil {
			failed = true
			fmt.Fprintf(os.Stderr, "licenses: %s: %v\n", module, err)
			continue
		}
		fmt.Printf("%-60s %s\n", module, strings.Join(found, ", "))
	}
	if failed || len(modules) == 0 {
		os.Exit(1)
	}
	fmt.Printf("%d modules, all under %s\n", len(modules), strings.Join(allowed, ", "))
}

// linked adds the folders of the modules that the provider is built from on a system, by path and version.
func linked(system string, modules map[string]string) error {
	list := exec.CommandContext(context.Background(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64")
	list.Stderr = os.Stderr
	output, err := list.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w", system, err)
	}
	for line := range strings.Lines(string(output)) {
		if module, folder, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			modules[module] = folder
		}
	}
	return nil
}

// licensesIn returns the licences of the module in a folder, sorted: that of its licence file, and those that other files
// name for what the module contains of third parties.
func licensesIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, entry := range entries {
		name, _, _ := strings.Cut(strings.ToUpper(entry.Name()), ".")
		if entry.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		coverage := licensecheck.Scan(text)
		if own := slices.Contains([]string{"LICENSE", "LICENCE", "COPYING"}, name); own && coverage.Percent < mostOf {
			return nil, fmt.Errorf("only %.0f %% of %s is the text of a known licence", coverage.Percent, entry.Name())
		}
		for _, match := range coverage.Match {
			found[match.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// permit fails for a licence that is not allowed, and for none at all.
func permit(found []string) error {
	if len(found) == 0 {
		return errors.New("no licence found")
	}
	for _, one := range found {
		if !slices.Contains(allowed, one) {
			return fmt.Errorf("%s is not on the list of licences", one)
		}
	}
	return nil
}

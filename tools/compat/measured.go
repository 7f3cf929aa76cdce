package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
)

// tally is what came of the tests of one area in one run.
type tally struct {
	Passed int `json:"passed,omitempty"`
	Failed int `json:"failed,omitempty"`
	// Lacking names the features for which tests were skipped.
	Lacking []string `json:"lacking,omitempty"`
}

// column is one run: the tests on one version of one program.
type column struct {
	// Kind is mlflow, database or terraform.
	Kind string `json:"kind"`
	// Version is the program's version, for OpenTofu tofu-VERSION; of a database it is the name.
	Version string `json:"version"`
	// Date is the day of the run, as 2026-11-23.
	Date string `json:"date"`
	// Areas are the tallies by area.
	Areas map[string]tally `json:"areas"`
}

// measured is every run so far, the newest of each version.
type measured struct {
	Columns []column `json:"runs"`
}

func load(file string) (*measured, error) {
	known := &measured{}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	return known, json.Unmarshal(content, known)
}

func (m *measured) save(file string) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(m); err != nil {
		return err
	}
	return os.WriteFile(file, content.Bytes(), 0o600)
}

// add puts a run in the place of an earlier one of the same version.
func (m *measured) add(run column) {
	m.Columns = slices.DeleteFunc(m.Columns, func(one column) bool { return one.Kind == run.Kind && one.Version == run.Version })
	m.Columns = append(m.Columns, run)
	slices.SortFunc(m.Columns, func(a, b column) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), compareVersions(a.Version, b.Version))
	})
}

// of returns the runs of one kind, oldest version first.
func (m *measured) of(kind string) []column {
	return slices.DeleteFunc(slices.Clone(m.Columns), func(one column) bool { return one.Kind != kind })
}

// compareVersions orders versions by number, OpenTofu's after Terraform's.
func compareVersions(a, b string) int {
	tofuA, tofuB := strings.HasPrefix(a, "tofu-"), strings.HasPrefix(b, "tofu-")
	if tofuA != tofuB {
		if tofuA {
			return 1
		}
		return -1
	}
	first, errA := version.NewVersion(strings.TrimPrefix(a, "tofu-"))
	second, errB := version.NewVersion(strings.TrimPrefix(b, "tofu-"))
	if errA != nil || errB != nil {
		return cmp.Compare(a, b)
	}
	return first.Compare(second)
}

// areas counts outcomes by area, which is the part of a test's name before the underscore: TestAccArea_facet. Of the other
// tests only the contract of the HTTP client talks to the server.
func areas(outcomes map[string]string) map[string]tally {
	found := map[string]tally{}
	for test, outcome := range outcomes {
		test, _, _ = strings.Cut(test, "/")
		area, isAcceptance := strings.CutPrefix(test, "TestAcc")
		area, _, _ = strings.Cut(area, "_")
		switch {
		case test == "TestContract":
			area = "Contract"
		case !isAcceptance:
			continue
		case numberedCase.MatchString(area):
			area = "Case"
		}
		one := found[area]
		switch feature, lacks := strings.CutPrefix(outcome, "lacks "); {
		case lacks:
			feature, _, _ = strings.Cut(feature, ":")
			if !slices.Contains(one.Lacking, feature) {
				one.Lacking = append(one.Lacking, feature)
				slices.Sort(one.Lacking)
			}
		case outcome == "pass":
			one.Passed++
		default:
			one.Failed++
		}
		found[area] = one
	}
	return found
}

// numberedCase is an area for one of the cases of DESIGN.md, H1 to H15.
var numberedCase = regexp.MustCompile(`^H\d+$`)

package repocheck

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	partName = regexp.MustCompile(`(?m)^(internal/\w+) +\S`)
)

// DESIGN.md names tests that exist, and every package of the product.
func TestDesign(t *testing.T) {
	design := read(t, "DESIGN.md")
	var tests []string
	for _, file := range files(t, "_test.go") {
		for _, match := range testFunc.FindAllStringSubmatch(read(t, file), -1) {
			tests = append(tests, match[1])
		}
	}
	// TestAcc*_drift names all tests that begin and end so; TestAccH7_* all that begin so.
	named := regexp.MustCompile("`(Test[A-Za-z0-9_*]+)[^`]*`").FindAllStringSubmatch(design, -1)
	if len(named) < 20 {
		t.Errorf("only %d tests are named", len(named))
	}
	all := strings.Join(tests, "\n")
	for _, name := range named {
		pattern := "(?m)^" + strings.ReplaceAll(name[1], "*", `\w*`) + "$"
		if !regexp.MustCompile(pattern).MatchString(all) {
			t.Errorf("there is no test %s", name[1])
		}
	}

	parts := map[string]bool{}
	for _, match := range partName.FindAllStringSubmatch(design, -1) {
		parts[match[1]] = true
	}
	folders, err := os.ReadDir(filepath.Join(root, "internal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := "internal/" + folder.Name(); !parts[name] && !strings.Contains(design, "`"+name+"`") {
			t.Errorf("DESIGN.md does not say what %s is", name)
		}
	}
}

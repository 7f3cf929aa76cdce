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

// DESIGN.md and the decisions name tests that exist, and DESIGN.md every package of the product.
func TestDesign(t *testing.T) {
	design := read(t, "DESIGN.md")
	all := design + decisions(t)
	var tests []string
	for _, file := range files(t, "_test.go") {
		for _, match := range testFunc.FindAllStringSubmatch(read(t, file), -1) {
			tests = append(tests, match[1])
		}
	}
	// TestAcc*_drift names all tests that begin and end so; TestAccH7_* all that begin so.
	named := regexp.MustCompile("`(Test[A-Za-z0-9_*]+)[^`]*`").FindAllStringSubmatch(all, -1)
	if len(named) < 20 {
		t.Errorf("only %d tests are named", len(named))
	}
	exist := strings.Join(tests, "\n")
	for _, name := range named {
		pattern := "(?m)^" + strings.ReplaceAll(name[1], "*", `\w*`) + "$"
		if !regexp.MustCompile(pattern).MatchString(exist) {
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

// decisions returns the text of all decisions. Each of them is in the index, under its title.
func decisions(t *testing.T) string {
	t.Helper()
	const folder = "docs/decisions"
	index := read(t, folder+"/README.md")
	entries, err := os.ReadDir(filepath.Join(root, folder))
	if err != nil {
		t.Fatal(err)
	}
	var texts strings.Builder
	for _, entry := range entries {
		text := read(t, folder+"/"+entry.Name())
		texts.WriteString(text)
		title, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		if line := "- [" + title + "](" + entry.Name() + ")\n"; entry.Name() != "README.md" && strings.Count(index, line) != 1 {
			t.Errorf("the index of the decisions has not one line %q", line)
		}
	}
	return texts.String()
}

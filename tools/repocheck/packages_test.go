package repocheck

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../.."

// Each package has a doc.go that says what it is for. Those of the product say what they may import, which depguard
// (.golangci.yml) enforces.
func TestPackages_sayWhatTheyAreFor(t *testing.T) {
	packages := map[string]bool{}
	for _, file := range files(t, ".go") {
		packages[filepath.Dir(file)] = true
	}
	if len(packages) < 10 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for folder := range packages {
		doc, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, folder, "doc.go"), nil, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", folder, err)
			continue
		}
		text := doc.Doc.Text()
		if first, _, _ := strings.Cut(text, " "); first != "Package" && first != "Command" {
			t.Errorf("%s/doc.go does not begin with Package or Command: %q", folder, text)
		}
		if strings.HasPrefix(filepath.ToSlash(folder), "internal/") && !strings.Contains(text, "import") {
			t.Errorf("%s/doc.go does not say what the package may import", folder)
		}
	}
}

// files returns the files of the repository with one of the endings, as paths from its root.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if slices.Contains([]string{".git", ".work", "dist", "bin", "testdata"}, name) {
				return filepath.SkipDir
			}
			return nil
		}
		if slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(name, ending) }) {
			relative, err := filepath.Rel(root, path)
			found = append(found, relative)
			return err
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("files that end in %v: %v, %v", endings, found, err)
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// largestPage is the most that the Terraform registry shows of a page, in bytes.
const largestPage = 500_000

// docFolders are the folders that the registries know.
var docFolders = []string{"actions", "data-sources", "ephemeral-resources", "functions", "guides", "list-resources", "resources"}

// ownFolder is for readers of the repository: the registries pass over folders that they do not know.
const ownFolder = "decisions"

var frontMatter = regexp.MustCompile(`(?s)\A---\n(.*?\n)?page_title: .+?\n---\n`)

// checkDocs returns what the registries would leave out or show wrong of the documentation.
func checkDocs(folder string) []string {
	var problems []string
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if _, err := os.Stat(filepath.Join(folder, "index.md")); err != nil {
		wrong("%v", err)
	}
	pages := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && path == filepath.Join(folder, ownFolder) {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(relative), "/")
		if len(parts) > 2 || len(parts) == 2 && !slices.Contains(docFolders, parts[0]) || len(parts) == 1 && parts[0] != "index.md" {
			wrong("%s: the registries show no such page", path)
			return nil
		}
		if filepath.Ext(path) != ".md" {
			wrong("%s: pages end in .md", path)
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pages++
		if len(content) > largestPage {
			wrong("%s is larger than %d bytes", path, largestPage)
		}
		if !frontMatter.Match(content) {
			wrong("%s does not begin with a page_title", path)
		}
		return nil
	})
	if err != nil {
		wrong("%v", err)
	}
	if pages < 2 {
		wrong("%s has %d pages", folder, pages)
	}
	return problems
}

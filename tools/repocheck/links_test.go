package repocheck

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)(?: "[^"]*")?\)`)
	tagLink  = regexp.MustCompile(`(?:href|src|srcset)="([^"]+)"`)
	codeSpan = regexp.MustCompile("`[^`]*`")
	heading  = regexp.MustCompile(`^#{1,6} +(.+)$`)
	anchor   = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
)

// Every link to a file or a heading of this repository leads somewhere. Links to other places are only looked at for their form:
// the tests talk to nobody.
func TestLinks(t *testing.T) {
	checked := 0
	for _, file := range files(t, ".md", ".md.tmpl") {
		if file == filepath.Join(".changes", "header.md") {
			continue // It is read as the beginning of CHANGELOG.md.
		}
		prose, _ := split(read(t, file))
		for number, line := range prose {
			for _, target := range links(line) {
				checked++
				if problem := follow(t, file, target); problem != "" {
					t.Errorf("%s:%d: %s: %s", file, number+1, target, problem)
				}
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d links were found", checked)
	}
}

// The check itself finds what is dead.
func TestLinks_findsTheDead(t *testing.T) {
	for target, alive := range map[string]bool{
		"DESIGN.md":               true,
		"DESIGN.md#the-words":     false,
		"DESIGN.md#words":         true,
		"#limits":                 true,
		"#limmits":                false,
		"docs":                    true,
		"doc/index.md":            false,
		"https://example.com/a":   true,
		"https:/example.com/a":    false,
		"http://example.com:port": false,
		"/README.md":              false,
	} {
		if problem := follow(t, "README.md", target); (problem == "") != alive {
			t.Errorf("%s: %q", target, problem)
		}
	}
	if got := slug("is held by …, not Größe_2 / a-b"); got != "is-held-by--not-größe_2--a-b" {
		t.Errorf("slug = %q", got)
	}
	if got := links("see [a](b.md), `[c](d.md)` and <img src=\"e.svg\">"); !slices.Equal(got, []string{"b.md", "e.svg"}) {
		t.Errorf("links = %v", got)
	}
}

// Every guide is one link away from the first page of the documentation.
func TestLinks_indexNamesEveryGuide(t *testing.T) {
	prose, _ := split(read(t, filepath.Join("docs", "index.md")))
	var named []string
	for _, line := range prose {
		named = append(named, links(line)...)
	}
	guides := 0
	for _, file := range files(t, ".md") {
		if guide := filepath.ToSlash(file); path.Dir(guide) == "docs/guides" {
			guides++
			if !slices.Contains(named, strings.TrimPrefix(guide, "docs/")) {
				t.Errorf("docs/index.md has no link to %s", guide)
			}
		}
	}
	if guides < 10 {
		t.Errorf("only %d guides were found", guides)
	}
}

// links returns the targets of the links in a line, without those in code.
func links(line string) []string {
	line = codeSpan.ReplaceAllString(line, "")
	var targets []string
	for _, match := range append(link.FindAllStringSubmatch(line, -1), tagLink.FindAllStringSubmatch(line, -1)...) {
		targets = append(targets, match[1])
	}
	return targets
}

// follow returns what is wrong with a link, or nothing.
func follow(t *testing.T, file, target string) string {
	t.Helper()
	address, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	if address.Scheme != "" {
		if address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
			return "no address of a page"
		}
		return ""
	}
	if strings.HasPrefix(target, "/") {
		return "not relative to the file it stands in"
	}
	page := filepath.ToSlash(file)
	if address.Path != "" {
		// A template is read at the place where it is rendered to.
		folder := strings.Replace(path.Dir(page), "templates", "docs", 1)
		if page == "templates/resources.md.tmpl" || page == "templates/data-sources.md.tmpl" || page == "templates/list-resources.md.tmpl" ||
			page == "templates/actions.md.tmpl" {
			folder = path.Join(folder, strings.TrimSuffix(path.Base(page), ".md.tmpl"))
		}
		page = path.Join(folder, address.Path)
	}
	info, err := os.Stat(filepath.Join(root, filepath.FromSlash(page)))
	if err != nil {
		return "no such file"
	}
	if address.Fragment == "" {
		return ""
	}
	if info.IsDir() || !slices.Contains(anchors(read(t, filepath.FromSlash(page))), address.Fragment) {
		return fmt.Sprintf("%s has no such heading", page)
	}
	return ""
}

// anchors returns what a link into a page can name.
func anchors(text string) []string {
	var found []string
	prose, _ := split(text)
	for _, line := range prose {
		if match := heading.FindStringSubmatch(line); match != nil {
			found = append(found, slug(match[1]))
		}
		for _, match := range anchor.FindAllStringSubmatch(line, -1) {
			found = append(found, match[1])
		}
	}
	return found
}

// slug is the anchor that GitHub and the registries make of a heading.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r > 127 && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)):
			return r
		}
		return -1
	}, strings.ToLower(heading))
}

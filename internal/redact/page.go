package redact

import (
	"html"
	"regexp"
	"strings"
)

var (
	// unseen is what a browser would not show: scripts, styles, comments.
	unseen = regexp.MustCompile(`(?is)<!--.*?(?:-->|$)|<script\b.*?(?:</script>|$)|<style\b.*?(?:</style>|$)`)
	tags   = regexp.MustCompile(`(?s)</?[a-zA-Z!][^>]*>`)
)

// Page returns what a browser would show of a web page, as Line does. Known secrets are hidden before the page is taken apart, too:
// a password may hold what looks like a tag.
func (s *Secrets) Page(page string) string {
	text, more := s.beginning(strings.ToValidUTF8(page[:min(len(page), 2*pageWindow)], "�"), pageWindow)
	text = tags.ReplaceAllString(unseen.ReplaceAllString(s.hide(text), " "), " ")
	line := s.Line(html.UnescapeString(text))
	if more && !strings.HasSuffix(line, "…") {
		line += "…"
	}
	return line
}

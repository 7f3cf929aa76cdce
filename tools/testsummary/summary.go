package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of go test -json (see go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// key identifies a test, or with an empty name its package.
type key struct{ pkg, test string }

// summary counts tests and keeps what they printed until it is known whether anybody wants to read it.
type summary struct {
	out                     io.Writer
	printed                 map[key]*strings.Builder
	order                   map[string][]string
	passed, failed, skipped int
	broken                  int
	reasons                 []string
	lacking                 lacking
	results                 results
}

func newSummary(out io.Writer) *summary {
	return &summary{
		out: out, printed: map[key]*strings.Builder{}, order: map[string][]string{}, lacking: lacking{}, results: results{},
	}
}

func (s *summary) write(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }

// line takes one line of input. What is not JSON comes from outside the tests and is passed on.
func (s *summary) line(text []byte) {
	var e event
	if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &e) != nil {
		s.write("%s\n", text)
		return
	}
	where := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		s.write("%s", e.Output)
	case "run":
		s.order[e.Package] = append(s.order[e.Package], e.Test)
		s.printed[where] = &strings.Builder{}
	case "output":
		s.output(where, e.Output)
	case "pass", "fail", "skip":
		if e.Test != "" {
			s.testEnded(where, e.Action)
		} else {
			s.packageEnded(e.Package, e.Action)
		}
	}
}

func (s *summary) output(where key, text string) {
	if where.test == "" && isVerdict(text) {
		s.write("%s", text)
		return
	}
	if s.printed[where] == nil {
		s.printed[where] = &strings.Builder{}
	}
	s.printed[where].WriteString(text)
}

// isVerdict reports whether a line is what go test says about a whole package.
func isVerdict(text string) bool {
	return strings.HasPrefix(text, "ok  ") || strings.HasPrefix(text, "FAIL\t") || strings.HasPrefix(text, "?   ")
}

func (s *summary) testEnded(where key, action string) {
	printed := s.take(where)
	s.results.add(where, action, printed)
	switch action {
	case "pass":
		s.passed++
	case "fail":
		s.failed++
		s.write("%s", printed)
	case "skip":
		s.skipped++
		s.lacking.add(reason(printed))
		s.reasons = append(s.reasons, fmt.Sprintf("%s %s:%s", where.pkg, where.test, reason(printed)))
	}
}

// reason returns what a skipped test printed, without go test's own lines.
func reason(printed string) string {
	var kept strings.Builder
	for line := range strings.Lines(printed) {
		trimmed := strings.TrimSpace(line)
		if !strings.HasPrefix(trimmed, "=== ") && !strings.HasPrefix(trimmed, "--- ") {
			kept.WriteString(" " + trimmed)
		}
	}
	return kept.String()
}

// packageEnded shows, for a failed package, what its unfinished tests and the package itself printed: a panic, a
// time-out or an exit leaves tests without an end.
func (s *summary) packageEnded(pkg, action string) {
	for _, test := range s.order[pkg] {
		printed := s.take(key{pkg, test})
		if action == "fail" && printed != "" {
			s.results.add(key{pkg, test}, action, "")
			s.failed++
			s.write("%s", printed)
		}
	}
	delete(s.order, pkg)
	if printed := s.take(key{pkg, ""}); action == "fail" {
		s.broken++
		s.write("%s", printed)
	}
}

// take returns and forgets what a test printed.
func (s *summary) take(where key) string {
	printed := s.printed[where]
	delete(s.printed, where)
	if printed == nil {
		return ""
	}
	return printed.String()
}

func (s *summary) finish(allow allowance) bool {
	for _, reason := range s.reasons {
		s.write("skipped: %s\n", reason)
	}
	for _, feature := range slices.Sorted(maps.Keys(s.lacking)) {
		s.write("lacking %s: %d tests skipped\n", feature, s.lacking[feature])
	}
	s.write("%d tests passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
	forbidden := s.skipped
	if allow.lacking {
		forbidden -= s.lacking.total()
	}
	if forbidden > 0 && !allow.skips {
		s.write("FAIL: no test may be skipped here\n")
		return false
	}
	return s.failed == 0 && s.broken == 0
}

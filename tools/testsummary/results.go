package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
)

// lackingReason is the form of a skip for a missing feature (internal/acctest, features.go).
var lackingReason = regexp.MustCompile(`(?m)lacks ([^:]+): .*$`)

// lacking counts the skipped tests by the feature that they need.
type lacking map[string]int

func (l lacking) add(reason string) {
	if match := lackingReason.FindStringSubmatch(reason); match != nil {
		l[match[1]]++
	}
}

func (l lacking) total() int {
	total := 0
	for _, count := range l {
		total += count
	}
	return total
}

// results says what became of each top-level test: "pass", "fail", or why it was skipped. A subtest is named when it was
// skipped for a feature that is lacking.
type results map[string]string

func (r results) add(where key, action, printed string) {
	if action == "skip" {
		action = "skip:" + reason(printed)
		if match := lackingReason.FindString(printed); match != "" {
			action = strings.TrimSpace(match)
		}
	}
	isPart := strings.Contains(where.test, "/")
	if where.test != "" && (!isPart || strings.HasPrefix(action, "lacks ")) {
		r[where.test] = action
	}
}

func (s *summary) save(file string) error {
	content, err := json.MarshalIndent(s.results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(content, '\n'), 0o600)
}

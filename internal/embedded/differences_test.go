//go:build differential

package embedded_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// difference is a known one: where it shows and why it stays. DIFFERENCES.md says more.
type difference struct {
	ID      string `json:"id"`
	Why     string `json:"why"`
	Request string `json:"request"` // pattern of method, path and body
	MLflow  string `json:"mlflow"`  // pattern of MLflow's status and message
	Ours    string `json:"ours"`    // pattern of our status and message
}

type differences []difference

func loadDifferences(t *testing.T) differences {
	t.Helper()
	text, err := os.ReadFile("testdata/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	var known differences
	if err := json.Unmarshal(text, &known); err != nil {
		t.Fatal(err)
	}
	return known
}

// excuse returns the known difference that explains two answers, empty if none does.
func (d differences) excuse(request sample, want, got reply) string {
	for _, known := range d {
		if matches(known.Request, request.String()) && matches(known.MLflow, want.String()) && matches(known.Ours, got.String()) {
			return known.ID
		}
	}
	return ""
}

func matches(pattern, text string) bool {
	return regexp.MustCompile(`(?s)` + pattern).MatchString(text)
}

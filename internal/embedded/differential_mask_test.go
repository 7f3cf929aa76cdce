//go:build differential

package embedded_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mask replaces what differs between any two runs of MLflow itself: timestamps, and the order in which
// Python prints a set.
func mask(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			switch key {
			case "creation_timestamp", "last_updated_timestamp":
				if number, ok := inner.(float64); ok && number > 1e12 {
					value[key] = "a time in milliseconds"
				}
			case "message":
				text, _ := inner.(string)
				value[key] = sortSets(text)
			default:
				value[key] = mask(inner)
			}
		}
	case []any:
		for i := range value {
			value[i] = mask(value[i])
		}
	}
	return value
}

var pythonSet = regexp.MustCompile(`\{'[a-z_]+'(?:, '[a-z_]+')*\}`)

func sortSets(text string) string {
	return pythonSet.ReplaceAllStringFunc(text, func(set string) string {
		items := strings.Split(strings.Trim(set, "{}"), ", ")
		slices.Sort(items)
		return "{" + strings.Join(items, ", ") + "}"
	})
}

// difference is a known one: where it shows and why it stays. DIFFERENCES.md says the same in words.
type difference struct {
	ID      string `json:"id"`
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

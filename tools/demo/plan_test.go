package main

import (
	"slices"
	"strings"
	"testing"
)

func TestPlanLines(t *testing.T) {
	text := `{
  "format_version": "1.2",
  "resource_changes": [
    {"address": "x.kept", "change": {"actions": ["no-op"], "before": {"stage": "None"}, "after": {"stage": "None"}}},
    {"address": "x.moved", "change": {
      "actions": ["update"],
      "before": {"archived_versions": [], "stage": "Staging", "tags": {"a": "1", "b": "2"}, "status": "READY"},
      "after": {"archived_versions": ["1", "3"], "stage": "Production", "tags": {"b": "2", "a": "1"}},
      "after_unknown": {"archived_versions": [false, false], "status": true}
    }},
    {"address": "x.again", "change": {
      "actions": ["update"],
      "before": {"archived_versions": ["7"], "stage": "Archived"},
      "after": {"archived_versions": ["7"], "stage": "Production"}
    }},
    {"address": "x.made", "change": {"actions": ["create"], "before": null, "after": {"stage": "None"}}},
    {"address": "x.replaced", "change": {"actions": ["create", "delete"], "before": {"source": "a"}, "after": {"source": "b"}}}
  ]
}`
	parsed, err := parsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`x.again: archives ["7"]`,
		`x.again: stage "Archived" -> "Production"`,
		`x.made: create`,
		`x.moved: archives ["1","3"]`,
		`x.moved: stage "Staging" -> "Production"`,
		`x.moved: status "READY" -> known after apply`,
		`x.replaced: create and delete`,
	}
	if got := parsed.lines(); !slices.Equal(got, want) {
		t.Errorf("lines:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What is no plan must not pass for a plan without changes.
func TestParsePlan_refusesWhatIsNoPlan(t *testing.T) {
	for _, text := range []string{"", "Warning: something\n{}", "{}", `{"resource_changes": null}`} {
		if _, err := parsePlan(text); err == nil {
			t.Errorf("%q was taken for a plan", text)
		}
	}
}

package embedded_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
)

// found returns the names of the models that a filter finds.
func (c client) found(filter string) []string {
	c.t.Helper()
	answer := c.want(http.StatusOK, "GET", "registered-models/search?filter="+url.QueryEscape(filter), nil)
	var names []string
	models, _ := answer["registered_models"].([]any)
	for _, model := range models {
		names = append(names, model.(map[string]any)["name"].(string))
	}
	return names
}

func TestSearchComparesAsMLflowDoes(t *testing.T) {
	client := openClient(t, filepath.Join(t.TempDir(), "registry.db"))
	for _, name := range []string{"Abc", "abc", "it's", "100%", "prompt"} {
		tags := []body{{"key": "team", "value": "Risk " + name}}
		if name == "prompt" {
			tags = append(tags, body{"key": "mlflow.prompt.is_prompt", "value": "true"})
		}
		client.want(http.StatusOK, "POST", "registered-models/create", body{"name": name, "tags": tags})
	}
	for filter, want := range map[string][]string{
		"":                           {"100%", "Abc", "abc", "it's"},
		"name LIKE 'a%'":             {"abc"},
		"name ILIKE 'a%'":            {"Abc", "abc"},
		"name != 'abc'":              {"100%", "Abc", "it's"},
		`name = "it's"`:              {"it's"},
		"name IN ('abc', \"it's\")":  {"abc", "it's"},
		"name NOT IN ('abc', 'Abc')": {"100%", "it's"},
		"tags.team LIKE 'Risk %b%'":  {"Abc", "abc"},
		"tags.`team` = 'risk abc'":   nil,
		"tags.`team` != 'Risk abc' AND name LIKE '%b%'": {"Abc"},
		"tags.absent != 'x'":                            nil,
		"tags.`mlflow.prompt.is_prompt` = 'true'":       {"prompt"},
		"tags.`mlflow.prompt.is_prompt` = 'false'":      {"100%", "Abc", "abc", "it's"},
	} {
		if got := client.found(filter); !equal(got, want) {
			t.Errorf("%s finds %q, want %q", filter, got, want)
		}
	}
}

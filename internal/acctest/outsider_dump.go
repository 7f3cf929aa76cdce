package acctest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// RegisterVersion registers a version of a model with any fields of MLflow's REST API beside its name, and returns its number.
func (r *Registry) RegisterVersion(t testing.TB, model string, fields map[string]any) string {
	t.Helper()
	body := object{"name": model}
	for field, value := range fields {
		body[field] = value
	}
	var result struct {
		Version modelVersion `json:"model_version"`
	}
	r.call(t, http.MethodPost, "model-versions/create", nil, body, &result)
	return result.Version.Version
}

// Dump returns everything the API says of the given models and of their versions, as text: it differs when anything was
// written in between, for a write also changes a time of last update. Their names hold no quotes.
func (r *Registry) Dump(t testing.TB, models ...string) string {
	t.Helper()
	var dump strings.Builder
	write := func(endpoint string, query url.Values) {
		var answer any
		r.call(t, http.MethodGet, endpoint, query, nil, &answer)
		text, err := json.MarshalIndent(answer, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		dump.Write(append(text, '\n'))
	}
	for _, model := range models {
		write("registered-models/get", url.Values{"name": {model}})
		write("model-versions/search", url.Values{
			"filter": {"name = '" + model + "'"}, "order_by": {"version_number ASC"}, "max_results": {strconv.Itoa(pageSize)},
		})
	}
	return dump.String()
}

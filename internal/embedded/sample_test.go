package embedded_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// reply is what is compared of an answer.
type reply struct {
	status   int
	kind     string // Content-Type
	document any    // of JSON, with timestamps masked
	text     string // of anything else
}

func (r reply) String() string {
	if r.document != nil {
		text, _ := json.Marshal(r.document)
		return fmt.Sprintf("%d %s", r.status, text)
	}
	return fmt.Sprintf("%d %s %.80q", r.status, r.kind, r.text)
}

func same(a, b reply) bool { return reflect.DeepEqual(a, b) }

// message returns the message of an error.
func (r reply) message() string {
	object, _ := r.document.(map[string]any)
	text, _ := object["message"].(string)
	return text
}

// sample is one request of the comparison.
type sample struct {
	method, path string // the path below /api/2.0/mlflow/, with its query
	body         string // JSON; empty for none
}

func (s sample) String() string { return fmt.Sprintf("%s %s %s", s.method, s.path, s.body) }

func (s sample) send(t *testing.T, client *http.Client, uri string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), s.method, uri+"/api/2.0/mlflow/"+s.path, strings.NewReader(s.body))
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	if s.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	defer response.Body.Close() //nolint:errcheck // it has been read
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	result := reply{status: response.StatusCode, kind: response.Header.Get("Content-Type")}
	if result.kind != "application/json" {
		result.text = strings.TrimSpace(string(text))
		return result
	}
	if err := json.Unmarshal(text, &result.document); err != nil {
		t.Fatalf("%v answered %q: %v", s, text, err)
	}
	result.document = mask(result.document)
	return result
}

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

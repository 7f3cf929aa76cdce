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
	allow    string // the methods of an Allow header
}

func (r reply) String() string {
	if r.document != nil {
		text, _ := json.Marshal(r.document)
		return fmt.Sprintf("%d %s", r.status, text)
	}
	return fmt.Sprintf("%d %s %.80q", r.status, r.kind, r.text)
}

func same(a, b reply) bool { return reflect.DeepEqual(a, b) }

// sample is one request of the comparison.
type sample struct {
	method, path string // the path below /api/2.0/mlflow/, with its query
	body         string // JSON; empty for none
	contentType  string // of the body; application/json if empty, none if it is "none"
}

func (s sample) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", s.method, s.path, s.body, s.contentType))
}

func (s sample) send(t *testing.T, client *http.Client, uri string) reply {
	t.Helper()
	path := s.path
	if !strings.HasPrefix(path, "/") {
		path = "/api/2.0/mlflow/" + path
	}
	request, err := http.NewRequestWithContext(t.Context(), s.method, uri+path, strings.NewReader(s.body))
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	switch {
	case s.contentType == "none":
	case s.contentType != "":
		request.Header.Set("Content-Type", s.contentType)
	case s.body != "":
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	result := reply{status: response.StatusCode, kind: response.Header.Get("Content-Type")}
	if allow := response.Header.Get("Allow"); allow != "" {
		methods := strings.Split(allow, ", ")
		slices.Sort(methods)
		result.allow = strings.Join(methods, ", ")
	}
	if result.kind != "application/json" || len(text) == 0 {
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

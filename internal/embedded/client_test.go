package embedded_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// body is a JSON object.
type body map[string]any

// client sends requests to a registry in this process and fails the test for an answer that is not wanted.
type client struct {
	t    testing.TB
	http *http.Client
}

// openClient opens the registry at path for as long as the test runs.
func openClient(t testing.TB, path string) client {
	t.Helper()
	registry, err := embedded.Open(path)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := registry.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return client{t: t, http: &http.Client{Transport: embedded.Transport(registry)}}
}

// send returns the status and the JSON object of the answer, nil if it is none.
func (c client) send(method, path string, content body) (int, map[string]any) {
	c.t.Helper()
	var reader io.Reader
	if content != nil {
		text, err := json.Marshal(content)
		if err != nil {
			c.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	if !strings.HasPrefix(path, "/") {
		path = "/api/2.0/mlflow/" + path
	}
	request, err := http.NewRequestWithContext(c.t.Context(), method, "http://embedded"+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, answer
}

// want sends a request that must be answered with status.
func (c client) want(status int, method, path string, content body) map[string]any {
	c.t.Helper()
	got, answer := c.send(method, path, content)
	if got != status {
		c.t.Fatalf("%s %s %v answered %d %v, want %d", method, path, content, got, answer, status)
	}
	return answer
}

// wantCode sends a request that must be refused with an error_code; it returns the message.
func (c client) wantCode(code, method, path string, content body) string {
	c.t.Helper()
	status, answer := c.send(method, path, content)
	if answer["error_code"] != code {
		c.t.Fatalf("%s %s %v answered %d %v, want %s", method, path, content, status, answer, code)
	}
	message, _ := answer["message"].(string)
	return message
}

func equal(got, want []string) bool { return slices.Equal(got, want) }

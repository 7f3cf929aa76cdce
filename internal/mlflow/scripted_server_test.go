package mlflow_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
)

// reply answers one expected request.
type reply func(w http.ResponseWriter, r *http.Request)

// scriptedServer answers requests in a fixed order. A request too many and a request too few both fail the
// test, so that a test of "not sent twice" needs no more than its script.
type scriptedServer struct {
	*httptest.Server
	t       *testing.T
	mutex   sync.Mutex
	script  []reply
	got     []*http.Request
	content []string
}

// serve starts a server with a script.
func serve(t *testing.T, script ...reply) *scriptedServer {
	t.Helper()
	s := &scriptedServer{t: t, script: script}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		if len(s.got) < len(s.script) {
			t.Errorf("%d requests came, %d were expected", len(s.got), len(s.script))
		}
	})
	return s
}

func (s *scriptedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mutex.Lock()
	number := len(s.got)
	s.got = append(s.got, r)
	s.content = append(s.content, string(body))
	s.mutex.Unlock()
	if number >= len(s.script) {
		s.t.Errorf("request %d was not expected: %s %s %s", number+1, r.Method, r.URL, body)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	s.script[number](w, r)
}

// connect returns a client of the server that hardly waits between attempts.
func (s *scriptedServer) connect(change ...func(*mlflow.Config)) *mlflow.Client {
	s.t.Helper()
	return connect(s.t, s.URL, change...)
}

func connect(t *testing.T, uri string, change ...func(*mlflow.Config)) *mlflow.Client {
	t.Helper()
	config := mlflow.Config{BaseURL: uri, BackoffFactor: 1e-6}
	for _, change := range change {
		change(&config)
	}
	client, err := mlflow.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// says answers with a status and a body, whose kind is guessed from its first letter.
func says(status int, body string) reply {
	return func(w http.ResponseWriter, _ *http.Request) {
		kind := "text/plain"
		switch {
		case strings.HasPrefix(body, "{"):
			kind = "application/json"
		case strings.HasPrefix(body, "<"):
			kind = "text/html; charset=utf-8"
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// fails answers as MLflow writes an error.
func fails(status int, code, message string) reply {
	return says(status, fmt.Sprintf(`{"error_code": %q, "message": %q}`, code, message))
}

// hangsUp takes the request and closes the connection without an answer.
func hangsUp(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = connection.Close()
}

// breaksOff begins an answer that it does not finish.
func breaksOff(w http.ResponseWriter, _ *http.Request) {
	connection, buffer, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = buffer.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"model_version\": {")
	_ = buffer.Flush()
	_ = connection.Close()
}

const (
	aModel   = `{"registered_model": {"name": "m", "creation_timestamp": 1700000000000}}`
	aVersion = `{"model_version": {"name": "m", "version": "7", "current_stage": "Production", "status": "READY"}}`
)

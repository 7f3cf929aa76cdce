package acctest

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// stageField is the stage in an answer about a version. It is never the last field.
var stageField = regexp.MustCompile(`"current_stage":\s*"None",\s*`)

// NewStagelessRegistry returns an embedded registry that has no stages, as Unity Catalog has none: it knows no transition-stage, and its
// answers about versions name no stage. It stands in for registries of a cloud, none of which can be had in a test.
func NewStagelessRegistry(t testing.TB) *Registry {
	t.Helper()
	whole := newEmbedded(t)
	inner := whole.handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/transition-stage") || strings.HasSuffix(r.URL.Path, "/get-latest-versions") {
			http.NotFound(w, r)
			return
		}
		recorded := httptest.NewRecorder()
		inner.ServeHTTP(recorded, r)
		body := stageField.ReplaceAll(recorded.Body.Bytes(), nil)
		for key, values := range recorded.Header() {
			w.Header()[key] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return &Registry{URI: server.URL, HTTP: whole.HTTP}
}

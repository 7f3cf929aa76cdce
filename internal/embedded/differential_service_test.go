//go:build differential

package embedded_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// What a server says of itself is the same, to the types of the values. Some values of server-info are not: DIFFERENCES.md.
func TestSaysOfItselfWhatMLflowDoes(t *testing.T) {
	uri := os.Getenv("MLREGISTRY_DIFF_URI")
	if uri == "" {
		t.Fatal("set MLREGISTRY_DIFF_URI to the address of an MLflow 3.18.0 server with an SQLite store")
	}
	registry, err := embedded.Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	mlflow, ours := http.DefaultClient, &http.Client{Transport: embedded.Transport(registry)}
	for _, request := range []sample{
		{method: "GET", path: "/health"}, {method: "HEAD", path: "/health"}, {method: "POST", path: "/health"}, {method: "OPTIONS", path: "/health"},
		{method: "GET", path: "/version"}, {method: "HEAD", path: "/version"}, {method: "POST", path: "/version"}, {method: "OPTIONS", path: "/version"},
	} {
		if want, got := request.send(t, mlflow, uri), request.send(t, ours, "http://embedded"); !same(want, got) {
			t.Errorf("%v\n  MLflow: %v %s\n  ours:   %v %s", request, want, want.kind, got, got.kind)
		}
	}
	for _, prefix := range []string{"/api", "/ajax-api"} {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS"} {
			request := sample{method: method, path: prefix + "/3.0/mlflow/server-info"}
			want, got := request.send(t, mlflow, uri), request.send(t, ours, "http://embedded")
			if want.status != got.status || want.kind != got.kind || want.allow != got.allow || !slices.Equal(shape(want), shape(got)) {
				t.Errorf("%v\n  MLflow: %v\n  ours:   %v", request, want, got)
			}
		}
	}
}

// shape returns the names in a document, each with the type of its value.
func shape(r reply) []string {
	document, _ := r.document.(map[string]any)
	var names []string
	for name, value := range maps.All(document) {
		names = append(names, fmt.Sprintf("%s %T", name, value))
	}
	slices.Sort(names)
	return names
}

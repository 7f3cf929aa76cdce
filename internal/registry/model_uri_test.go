package registry_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// stricter are addresses that MLflow takes apart and can load nothing from.
var stricter = []string{
	"models:/fraud/0", "models:/fraud/007", "models:/fraud/Prod", "models:/fraud/ 7", "models:/fraud/%37", "models:/@champion",
	"models://fraud/7", "models://host/fraud/7",
}

// What MLflow's own function says of each address is in testdata/model_uris.json: make test-python asks it
// (tools/pyclient/test_model_uri.py).
func TestModelURIsAreReadAsMLflowReadsThem(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "model_uris.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		URI    string
		MLflow *struct {
			Name, Version, Stage, Alias string
			ModelID                     string `json:"model_id"`
		}
	}
	if err := json.Unmarshal(content, &rows); err != nil || len(rows) == 0 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows {
		got, err := registry.ParseModelURI(row.URI)
		if row.MLflow == nil || slices.Contains(stricter, row.URI) {
			if !errors.Is(err, registry.ErrInvalid) {
				t.Errorf("ParseModelURI(%q) = %+v, %v; want ErrInvalid", row.URI, got, err)
			}
			continue
		}
		said := row.MLflow
		latest := said.ModelID == "" && said.Version == "" && said.Stage == "" && said.Alias == ""
		same := got.Name == said.Name && got.Alias == said.Alias && got.ModelID == said.ModelID && got.Latest == latest &&
			strings.EqualFold(string(got.Stage), said.Stage) && (got.Version == 0) == (said.Version == "") &&
			(got.Version == 0 || got.Version.String() == said.Version)
		if err != nil || !same {
			t.Errorf("ParseModelURI(%q) = %+v, %v; MLflow says %+v", row.URI, got, err, *said)
		}
	}
}

func TestNewModelURI(t *testing.T) {
	for _, test := range []struct{ name, ref, want string }{
		{"fraud", "7", "models:/fraud/7"}, {"fraud", "production", "models:/fraud/Production"}, {"fraud", "Latest", "models:/fraud/latest"},
		{"fraud", "@champion", "models:/fraud@champion"}, {"card fraud @1", "2", "models:/card fraud @1/2"},
	} {
		got, err := registry.NewModelURI(test.name, test.ref)
		if err != nil || got != test.want {
			t.Errorf("NewModelURI(%q, %q) = %q, %v", test.name, test.ref, got, err)
		}
		if parsed, err := registry.ParseModelURI(got); err != nil || parsed.Name != test.name {
			t.Errorf("%q comes back as %+v, %v", got, parsed, err)
		}
	}
	for _, test := range []struct{ name, ref string }{
		{"", "7"}, {"a/b", "7"}, {"a?b", "7"}, {"fraud", ""}, {"fraud", "0"}, {"fraud", "champion"}, {"fraud", "@"}, {"fraud", "@v1"}, {"fraud", "@latest"},
	} {
		if got, err := registry.NewModelURI(test.name, test.ref); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("NewModelURI(%q, %q) = %q, %v; want ErrInvalid", test.name, test.ref, got, err)
		}
	}
}

package embedded_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// recordFile holds requests and what MLflow 3.18.0 with SQLite answered to them, in the order they were sent to
// a server without models. TestAnswersAsMLflowDoes writes it.
const recordFile = "testdata/mlflow-3.18.0.jsonl"

// record is one line of it.
type record struct {
	Method   string `json:"method"`
	Path     string `json:"path"`
	Body     string `json:"body,omitempty"`
	Status   int    `json:"status"`
	Kind     string `json:"kind"`
	Document any    `json:"document,omitempty"`
	Text     string `json:"text,omitempty"`
	Allow    string `json:"allow,omitempty"`
	Type     string `json:"type,omitempty"` // Content-Type of the request
}

func TestAnswersWhatMLflowAnswered(t *testing.T) {
	opened, err := embedded.Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	client := &http.Client{Transport: embedded.Transport(opened)}
	lines := bufio.NewScanner(bytes.NewReader(readFile(t, recordFile)))
	lines.Buffer(nil, 1<<20)
	count := 0
	for lines.Scan() {
		var want record
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		request := sample{want.Method, want.Path, want.Body, want.Type}
		got := request.send(t, client, "http://embedded")
		if wanted := (reply{want.Status, want.Kind, want.Document, want.Text, want.Allow}); !same(wanted, got) {
			t.Errorf("line %d: %v\n  MLflow: %v\n  ours:   %v", count+1, request, wanted, got)
		}
		count++
		awaitNextMillisecond()
	}
	if err := lines.Err(); err != nil || count < 500 {
		t.Fatalf("%d requests were replayed (%v)", count, err)
	}
}

// awaitNextMillisecond keeps two requests from having the same time, which MLflow is too slow for.
func awaitNextMillisecond() {
	for now := time.Now().UnixMilli(); time.Now().UnixMilli() == now; {
		time.Sleep(50 * time.Microsecond)
	}
}

//go:build differential

package embedded_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

func recordOf(request sample, answer reply) record {
	return record{
		request.method, request.path, request.body, answer.status, answer.kind, answer.document, answer.text, answer.allow,
		request.contentType,
	}
}

// writeRecords replaces the file.
func writeRecords(t *testing.T, records []record) {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, record := range records {
		if err := encoder.Encode(record); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(recordFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

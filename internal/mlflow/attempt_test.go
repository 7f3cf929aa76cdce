package mlflow

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// giving answers with a body.
type giving struct {
	body   io.Reader
	header http.Header
}

func (g giving) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(g.body), Header: g.header, ContentLength: -1}, nil
}

// endless is a text without an end.
type endless string

func (e endless) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(string(e), len(p)/len(e)+1)), nil
}

func attempt(t *testing.T, b bounds, server giving) ([]byte, error) {
	t.Helper()
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://registry.example", nil)
	response, err := (&attemptTransport{next: server, timeout: time.Minute, bounds: b, clock: &serverClock{}}).RoundTrip(request)
	if err != nil {
		return nil, err
	}
	return contentOf(response)
}

// zipped returns size bytes of a pattern, packed.
func zipped(t *testing.T, start, pattern string, size int) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = io.WriteString(writer, start)
	for written := 0; written < size; written += 1000 * len(pattern) {
		_, _ = io.WriteString(writer, strings.Repeat(pattern, 1000))
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

var packedHeader = http.Header{"Content-Encoding": {"gzip"}}

func TestAnAnswerIsBounded(t *testing.T) {
	few := bounds{bytes: 1 << 20, ratio: 200, free: 1 << 16, entries: 1000, values: 10_000}
	bomb := zipped(t, `{"model_versions":[`, `{"name":"m","version":1},`, 64<<20)
	for name, test := range map[string]struct {
		server giving
		says   string
	}{
		"bytes":         {giving{endless("x"), nil}, "more than 1048576 bytes"},
		"packed bytes":  {giving{bytes.NewReader(bomb), packedHeader.Clone()}, "unpack to more than 200 times as many"},
		"entries":       {giving{io.MultiReader(strings.NewReader(`{"model_versions":[`), endless(`{"a":1},`)), nil}, "a list of more than 1000 entries"},
		"empty entries": {giving{io.MultiReader(strings.NewReader(`{"model_versions":[`), endless(`{},`)), nil}, "a list of more than 1000 entries"},
		"tags":          {giving{io.MultiReader(strings.NewReader(`{"registered_model":{"name":"m","tags":[`), endless(`{},`)), nil}, "more than 10000 values"},
		"texts":         {giving{io.MultiReader(strings.NewReader(`{"model_version":{"aliases":[`), endless(`"",`)), nil}, "more than 10000 values"},
		"nested lists":  {giving{endless("["), nil}, "more than 10000 values"},
	} {
		limits := few
		if name == "packed bytes" {
			limits.entries, limits.values, limits.bytes = 1<<30, 1<<30, 1<<30
		}
		_, err := attempt(t, limits, test.server)
		failed, ok := errors.AsType[*attemptError](err)
		if !ok || failed.fault != registry.FaultTooLong || !failed.permanent || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want %q", name, err, test.says)
		}
	}
}

// The bounds let pass what MLflow sends at most, also packed, and commas and brackets within texts are no entries.
func TestWhatIsWithinTheBoundsPasses(t *testing.T) {
	few := bounds{bytes: 1 << 20, ratio: 200, free: 1 << 20, entries: 1000, values: 10_000}
	list := `{"model_versions":[` + strings.TrimSuffix(strings.Repeat(`{"name":"m","tags":[{"key":"k"}]},`, 1000), ",") + `]}`
	text := `{"model_version":{"description":"` + strings.Repeat(`[{,}]\"`, 20_000) + `"}}`
	for _, body := range []string{list, text, "", "{}", "<html>,,,</html>"} {
		got, err := attempt(t, few, giving{strings.NewReader(body), http.Header{}})
		if err != nil || string(got) != body {
			t.Errorf("%.30s: %d bytes, %v", body, len(got), err)
		}
		packed := zipped(t, body, "", 0)
		if got, err = attempt(t, few, giving{bytes.NewReader(packed), packedHeader.Clone()}); err != nil || string(got) != body {
			t.Errorf("%.30s packed: %d bytes, %v", body, len(got), err)
		}
	}
	if _, err := attempt(t, few, giving{strings.NewReader("no gzip at all"), packedHeader.Clone()}); err == nil ||
		!strings.Contains(err.Error(), "cannot be unpacked") {
		t.Error(err)
	}
	half := zipped(t, list, "", 0)
	if _, err := attempt(t, few, giving{bytes.NewReader(half[:len(half)/2]), packedHeader.Clone()}); err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Error(err)
	}
}

// What is read is counted byte for byte, however it comes in parts, and as encoding/json finds it.
func FuzzShapeCounter(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":"[\"{"},{}],"c":[1,2]}`), 3)
	f.Add([]byte(`{"a":"\\"}`), 1)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		whole, parts := &shapeCounter{}, &shapeCounter{}
		whole.count(text)
		for rest := text; len(rest) > 0; {
			length := min(len(rest), max(1, size))
			parts.count(rest[:length])
			rest = rest[length:]
		}
		if *whole != *parts {
			t.Errorf("%q: %+v in one, %+v in parts", text, whole, parts)
		}
		if whole.values > len(text) || whole.entries > whole.values {
			t.Errorf("%q: %+v", text, whole)
		}
	})
}

func BenchmarkShapeCounter(b *testing.B) {
	text := []byte(strings.Repeat(`{"name": "m", "version": "7", "tags": [{"key": "k", "value": "v"}], "description": "a text of some length"},`, 1000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		(&shapeCounter{}).count(text)
	}
	b.ReportMetric(0, fmt.Sprintf("of_%d_bytes", len(text)))
}

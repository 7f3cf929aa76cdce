package serve_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// largest is what is left of the longest body for the part of it that makes it long.
const largest = 8<<20 - 256

// largeRequests are bodies of about 8 MiB, each of a kind that is cheap to send.
var largeRequests = []struct{ name, method, call, head, part, tail string }{
	{"empty tags", "POST", "model-versions/create", `{"name":"m","source":"s","tags":[`, `{},`, `{}]}`},
	{"tags", "POST", "model-versions/create", `{"name":"m","source":"s","tags":[`, `{"key":"k","value":"v"},`, `{}]}`},
	{"arrays", "POST", "model-versions/create", `{"name":"m","source":`, `[`, ``},
	{"objects", "POST", "model-versions/create", `{"name":"m","source":`, `{"a":`, ``},
	{"a source", "POST", "model-versions/create", `{"name":"m","source":"`, `a`, `"}`},
	{"escapes", "POST", "model-versions/create", `{"name":"m","source":"`, `\u0041`, `"}`},
	{"pairs of surrogates", "POST", "model-versions/create", `{"name":"`, `\ud83d\ude00`, `"}`},
	{"a description", "PATCH", "registered-models/update", `{"name":"m","description":"`, `a`, `"}`},
	{"a description that is kept", "PATCH", "model-versions/update", `{"name":"m","version":"1","description":"`, `a`, `"}`},
	{"a name", "POST", "registered-models/create", `{"name":"`, `n`, `"}`},
	{"a tag", "POST", "model-versions/set-tag", `{"name":"m","version":"1","key":"k","value":"`, `v`, `"}`},
	{"an alias", "POST", "registered-models/alias", `{"name":"m","version":"1","alias":"`, `v`, `"}`},
	{"digits", "POST", "model-versions/transition-stage", `{"name":"m","stage":"Production","version":`, `9`, `}`},
	{"a stage", "POST", "model-versions/transition-stage", `{"name":"m","version":"1","stage":"`, `P`, `"}`},
	{"a document in a string", "POST", "registered-models/create", `"{\"name\":\"`, `n`, `\"}"`},
	{"no JSON", "POST", "registered-models/create", ``, "\x00", ``},
	{"no UTF-8", "POST", "registered-models/create", `{"name":"`, "\xff", `"}`},
}

// One request takes at most 64 MB of memory beyond its answer: of a process of its own, whose greatest size Linux keeps.
func TestMemoryOfOneRequest(t *testing.T) {
	binary := acctest.ProviderBinary(t)
	const most = 64 << 20
	for _, each := range largeRequests {
		t.Run(each.name, func(t *testing.T) {
			process := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "registry.db"))
			output, err := process.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
			line, _ := bufio.NewReader(output).ReadString('\n')
			_, address, _ := strings.Cut(strings.TrimSpace(line), "http://")
			address, _, _ = strings.Cut(address, " ")
			calls := "http://" + address + "/api/2.0/mlflow/"
			exchange(t, "POST", calls+"registered-models/create", `{"name":"m"}`)
			exchange(t, "POST", calls+"model-versions/create", `{"name":"m","source":"s3://b/1"}`)
			before := greatestSize(t, process.Process.Pid)
			body := each.head + strings.Repeat(each.part, (largest-len(each.head)-len(each.tail))/len(each.part)) + each.tail
			status, answer := exchange(t, each.method, calls+each.call, body)
			took := greatestSize(t, process.Process.Pid) - before
			t.Logf("%d, an answer of %d bytes, %d MB", status, answer, took>>20)
			if took > most+answer {
				t.Errorf("%d MB for an answer of %d bytes, want at most %d", took>>20, answer, most>>20)
			}
			if status == http.StatusOK && answer == 0 || status >= http.StatusInternalServerError {
				t.Errorf("answered %d", status)
			}
		})
	}
}

// exchange sends a request and returns the status and the length of the answer.
func exchange(t *testing.T, method, address, body string) (status, length int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	received, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, int(received)
}

// greatestSize returns the most memory that a process has had in use, in bytes (VmHWM of proc(5)).
func greatestSize(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		t.Fatal("no VmHWM")
	}
	size, err := strconv.Atoi(fields[0])
	if err != nil {
		t.Fatal(err)
	}
	return size << 10
}

package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/serve"
)

// program is serve.Run, or one that has less patience.
type program func(ctx context.Context, args []string, stdout, stderr io.Writer) error

// start runs the command on a free port until the test ends and returns its address and its log.
func start(t *testing.T, args ...string) (string, *acctest.Buffer) {
	t.Helper()
	address, log, _ := startProgram(t, serve.Run, args...)
	return address, log
}

// startProgram also returns what tells the server to stop.
func startProgram(t *testing.T, run program, args ...string) (string, *acctest.Buffer, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	log := &acctest.Buffer{}
	ended := make(chan error, 1)
	database := filepath.Join(t.TempDir(), "registry.db")
	go func() {
		err := run(ctx, append([]string{"--listen", "127.0.0.1:0", "--db", database}, args...), writer, log)
		writer.CloseWithError(io.EOF)
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	said, address, ok := strings.Cut(strings.TrimSpace(line), " on ")
	if err != nil || !ok || !strings.HasPrefix(said, "mlregistry: serving ") || !strings.HasPrefix(address, "http://") {
		t.Fatalf("the first line is %q (%v), want mlregistry: serving FILE on http://ADDRESS", line, err)
	}
	return address, log, cancel
}

func send(t *testing.T, method, url, content string, change func(*http.Request)) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

const models = "/api/2.0/mlflow/registered-models/"

func TestServesTheRegistryAndLogsEachRequestWithoutItsQuery(t *testing.T) {
	address, log := start(t)
	if status, text := send(t, "POST", address+models+"create", `{"name":"m"}`, nil); status != http.StatusOK {
		t.Fatalf("create answered %d %s", status, text)
	}
	if status, text := send(t, "GET", address+models+"get?name=m", "", nil); status != http.StatusOK || !strings.Contains(text, `"m"`) {
		t.Fatalf("get answered %d %s", status, text)
	}
	logged := log.String()
	if strings.Count(logged, "\n") != 2 || !strings.Contains(logged, "path="+models+"get status=200") {
		t.Errorf("the log is %q, want two lines", logged)
	}
	if strings.Contains(logged, "name=m") {
		t.Errorf("the log %q holds the query", logged)
	}
}

func TestRefusesForeignHostsAndOrigins(t *testing.T) {
	address, _ := start(t)
	for name, change := range map[string]func(*http.Request){
		"host":           func(r *http.Request) { r.Host = "evil.example" },
		"host with port": func(r *http.Request) { r.Host = "evil.example:5000" },
		"origin":         func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"opaque origin":  func(r *http.Request) { r.Header.Set("Origin", "null") },
		"cross-site":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	} {
		if status, text := send(t, "POST", address+models+"create", `{"name":"`+name+`"}`, change); status != http.StatusForbidden {
			t.Errorf("%s: answered %d %s, want 403", name, status, text)
		}
	}
	for site, want := range map[string]int{"cross-site": 403, "Cross-Site": 403, "same-site": 200, "same-origin": 200, "none": 200, "": 200} {
		got, text := send(t, "GET", address+"/health", "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site) })
		if got != want {
			t.Errorf("Sec-Fetch-Site %q answered %d %s, want %d", site, got, text, want)
		}
	}
	for _, host := range []string{"localhost", "localhost:99", "[::1]:5000", "127.0.0.1"} {
		if status, text := send(t, "GET", address+"/health", "", func(r *http.Request) { r.Host = host }); status != http.StatusOK {
			t.Errorf("Host %s answered %d %s, want 200", host, status, text)
		}
	}
}

func TestAsksForTheToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, log := start(t, "--token-file", file)
	for header, want := range map[string]int{
		"": 401, "Bearer": 401, "Bearer wrong": 401, "Basic s3cret": 401, "Bearer s3cret": 200, "bearer s3cret": 200,
	} {
		got, _ := send(t, "GET", address+"/health", "", func(r *http.Request) { r.Header.Set("Authorization", header) })
		if got != want {
			t.Errorf("Authorization %q answered %d, want %d", header, got, want)
		}
	}
	if strings.Contains(log.String(), "s3cret") {
		t.Errorf("the log %q holds the token", log)
	}
}

func TestAsksForAUserAndPassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, []byte("ann:s3cret\nbob:with:colon\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, log := start(t, "--basic-auth-file", file)
	for _, each := range []struct {
		user, password string
		want           int
	}{
		{"ann", "s3cret", 200}, {"bob", "with:colon", 200}, {"ann", "with:colon", 401}, {"ann", "", 401}, {"", "s3cret", 401},
	} {
		got, _ := send(t, "GET", address+"/health", "", func(r *http.Request) { r.SetBasicAuth(each.user, each.password) })
		if got != each.want {
			t.Errorf("%s with %q answered %d, want %d", each.user, each.password, got, each.want)
		}
	}
	if got, _ := send(t, "GET", address+"/health", "", nil); got != 401 {
		t.Errorf("a request without credentials answered %d, want 401", got)
	}
	if strings.Contains(log.String(), "s3cret") {
		t.Errorf("the log %q holds a password", log)
	}
}

func TestAnswersOnlyToItsNamesBeyondThisMachine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, _ := start(t, "--listen", "0.0.0.0:0", "--token-file", file, "--allowed-hosts", "models.example, other.example")
	_, port, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "]:")
	if port == "" {
		_, port, _ = strings.Cut(strings.TrimPrefix(address, "http://"), ":")
	}
	for host, want := range map[string]int{
		"models.example": 200, "OTHER.example:5000": 200, "192.0.2.7:5000": 200, "localhost": 200, "evil.example": 403, "": 200,
	} {
		got, text := send(t, "GET", "http://127.0.0.1:"+port+"/health", "", func(r *http.Request) {
			r.Host = host
			r.Header.Set("Authorization", "Bearer s3cret")
		})
		if got != want {
			t.Errorf("Host %q answered %d %s, want %d", host, got, text, want)
		}
	}
}

func TestBoundsTheBody(t *testing.T) {
	address, _ := start(t)
	large := `{"name":"m","description":"` + strings.Repeat("x", 17<<20) + `"}`
	if status, text := send(t, "POST", address+models+"create", large, nil); status != http.StatusBadRequest {
		t.Errorf("17 MiB answered %d %.200s, want 400", status, text)
	}
}

func TestRefusesWrongArguments(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	nobody := filepath.Join(t.TempDir(), "nobody")
	if err := os.WriteFile(nobody, []byte("nobody"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"listen on 127.0.0.1, or give --token-file": {"--listen", "0.0.0.0:0"},
		"or --basic-auth-file":                      {"--listen", "[::]:0"},
		"line 1 is not user:password":               {"--basic-auth-file", nobody},
		"would let anyone":                          {"--listen", ":0"},
		"is no HOST:PORT":                           {"--listen", "127.0.0.1"},
		"is a folder":                               {"--db", t.TempDir(), "--listen", "127.0.0.1:0"},
		"is empty":                                  {"--token-file", empty},
		"no such file":                              {"--token-file", empty + "x"},
		"unexpected argument":                       {"registry.db"},
		"is less than a second":                     {"--backup-every", "10ms"},
		"--help explains":                           {"--what"},
	} {
		err := serve.Run(t.Context(), args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Run(%q) = %v, want an error with %q", args, err, want)
		}
	}
}

func TestHelpExplainsEveryFlag(t *testing.T) {
	var out bytes.Buffer
	if err := serve.Run(t.Context(), []string{"--help"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Usage:", "-listen", "-db", "-token-file", "-basic-auth-file", "-allowed-hosts", "-backup", "-backup-every", "8 MiB", "SIGTERM", "127.0.0.1:5000", "registry.db"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help lacks %q:\n%s", want, out.String())
		}
	}
}

package serve_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/serve"
)

const patience = 300 * time.Millisecond

func impatient(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return serve.RunImpatiently(ctx, args, stdout, stderr, patience)
}

// dial opens a connection that fails what takes far too long.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// drain reads until the server closes the connection and returns how much came.
func drain(t *testing.T, conn net.Conn) int64 {
	t.Helper()
	count, err := io.Copy(io.Discard, conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatal("the server did not close the connection")
	}
	return count
}

func TestClientsThatSendTooSlowlyAreCut(t *testing.T) {
	address, _, _ := startProgram(t, impatient)
	for name, begun := range map[string]string{
		"nothing":       "",
		"half a header": "GET /health HTTP/1.1\r\nHost: localhost\r\n",
		"half a body": "POST " + models + "create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
			"Content-Length: 100\r\n\r\n{\"name\":",
	} {
		t.Run(name, func(t *testing.T) {
			slow := dial(t, address)
			if _, err := io.WriteString(slow, begun); err != nil {
				t.Fatal(err)
			}
			// Nobody else waits for it.
			if status, text := send(t, "GET", address+"/health", "", nil); status != http.StatusOK {
				t.Errorf("health answered %d %s", status, text)
			}
			drain(t, slow)
		})
	}
	if status, text := send(t, "GET", address+models+"search", "", nil); status != http.StatusOK || strings.Contains(text, "name") {
		t.Errorf("half a request left %d %s", status, text)
	}
}

func TestAClientThatDoesNotTakeItsAnswerIsCut(t *testing.T) {
	database := filepath.Join(t.TempDir(), "filled.db")
	filling, _ := start(t, "--db", database)
	// More than the system buffers for a connection, in texts as long as MLflow keeps them.
	const count, tags, size = 8, 42, 100_000
	const versions = "/api/2.0/mlflow/model-versions/"
	if status, text := send(t, "POST", filling+models+"create", `{"name":"m"}`, nil); status != http.StatusOK {
		t.Fatalf("create answered %d %.200s", status, text)
	}
	value := strings.Repeat("x", size)
	for range count {
		var pairs []string
		for key := range tags {
			pairs = append(pairs, fmt.Sprintf(`{"key":"k%d","value":"%s"}`, key, value))
		}
		content := fmt.Sprintf(`{"name":"m","source":"s3://b/x","tags":[%s]}`, strings.Join(pairs, ","))
		if status, text := send(t, "POST", filling+versions+"create", content, nil); status != http.StatusOK {
			t.Fatalf("create answered %d %.200s", status, text)
		}
	}
	address, log, _ := startProgram(t, impatient, "--db", database)
	slow := dial(t, address)
	if _, err := io.WriteString(slow, "GET "+versions+"search HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), "path="+versions+"search"); {
		if time.Now().After(deadline) {
			t.Fatal("the server still waits for the client")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if came := drain(t, slow); came >= count*tags*size {
		t.Errorf("all %d bytes came", came)
	}
}

func TestARequestUnderWayIsAnsweredBeforeTheServerStops(t *testing.T) {
	address, _, stop := startProgram(t, serve.Run)
	conn := dial(t, address)
	content := `{"name":"last"}`
	if _, err := fmt.Fprintf(conn, "POST %screate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", models, len(content)); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server said %q (%v), want that it waits for the body", line, err)
	}
	stop()
	// The server is stopping once it takes no new connection.
	for deadline := time.Now().Add(5 * time.Second); ; {
		other, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			break
		}
		_ = other.Close()
		if time.Now().After(deadline) {
			t.Fatal("the server goes on")
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := io.WriteString(conn, content); err != nil {
		t.Fatal(err)
	}
	if _, err := answers.ReadString('\n'); err != nil { // the end of 100 Continue
		t.Fatal(err)
	}
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatalf("the request under way was not answered: %v", err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("it was answered with %d %s (%v)", response.StatusCode, text, err)
	}
}

package mlflow_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func answerWith(status int, body string, header ...string) *http.Response {
	response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i < len(header); i += 2 {
		response.Header.Set(header[i], header[i+1])
	}
	return response
}

func TestAnInProcessTransport(t *testing.T) {
	asked := 0
	client := connect(t, "http://embedded", func(c *mlflow.Config) {
		c.Transport = roundTripper(func(request *http.Request) (*http.Response, error) {
			asked++
			if request.URL.String() != "http://embedded/api/2.0/mlflow/model-versions/create" {
				t.Errorf("URL %s", request.URL)
			}
			return nil, errors.New("the handler panicked")
		})
	})
	// Such a transport does not say how far it got, so the request counts as sent.
	if err := creates(t.Context(), client); !errors.Is(err, registry.ErrOutcomeUnknown) || asked != 1 {
		t.Errorf("%v after %d requests", err, asked)
	}
}

func TestAnUnusableFileIsAStorageError(t *testing.T) {
	asked := 0
	client := connect(t, "http://embedded", func(c *mlflow.Config) {
		c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
			asked++
			return nil, fmt.Errorf("%w: registry.db is damaged", registry.ErrStorage)
		})
	})
	err := reads(t.Context(), client)
	wantKind(t, "damaged", err, registry.ErrStorage)
	if asked != 1 || !strings.Contains(err.Error(), "registry.db is damaged") {
		t.Errorf("%v after %d requests", err, asked)
	}
}

func TestThePathPrefixIsKept(t *testing.T) {
	for _, prefix := range []string{"/prefix", "/prefix/", "/a/b%2Fc"} {
		server := serve(t, says(200, aVersion))
		must(t, reads(t.Context(), connect(t, server.URL+prefix)))
		want := strings.TrimSuffix(prefix, "/") + "/api/2.0/mlflow/model-versions/get"
		if got := server.got[0].URL.EscapedPath(); got != want {
			t.Errorf("path %s, want %s", got, want)
		}
	}
}

func TestLogsAndErrorsHoldNoSecret(t *testing.T) {
	var output bytes.Buffer
	ctx := tflogtest.RootLogger(context.Background(), &output)
	server := serve(t, says(503, "busy"), says(401, "You are not authenticated"))
	client := connect(t, strings.Replace(server.URL, "http://", "http://ann:s3cr3t-url@", 1), func(c *mlflow.Config) {
		c.Username, c.Password, c.Headers = "ann", "s3cr3t-pwd", map[string]string{"X-Api-Key": "s3cr3t-key"}
	})
	errRefused := reads(ctx, client)
	wantKind(t, "refused", errRefused, registry.ErrUnauthenticated)
	server.Close()
	errAway := reads(ctx, client)
	wantKind(t, "away", errAway, registry.ErrUnreachable)

	text := output.String() + errRefused.Error() + errAway.Error() + fmt.Sprintf("%#v %#v", errRefused, errAway)
	for _, secret := range []string{"s3cr3t", "YW5u", "Authorization", "X-Api-Key", "?name"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the log or an error: %s", secret, text)
		}
	}
	lines, err := tflogtest.MultilineJSONDecode(&output)
	must(t, err)
	if len(lines) < 7 { // two attempts, then five dials, perhaps one on the connection that was just closed
		t.Fatalf("%d lines", len(lines))
	}
	first, second := lines[0], lines[1]
	if first["method"] != "GET" || first["path"] != "/api/2.0/mlflow/model-versions/get" || first["status"] != 503.0 || first["attempt"] != 1.0 ||
		second["status"] != 401.0 || second["attempt"] != 2.0 || first["request_id"] != second["request_id"] || first["duration_ms"] == nil {
		t.Errorf("%v\n%v", first, second)
	}
	if last := lines[len(lines)-1]; last["status"] != "no connection" || last["request_id"] == first["request_id"] {
		t.Errorf("%v", last)
	}
}

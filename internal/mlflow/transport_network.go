package mlflow

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-cleanhttp"
)

const (
	// idleConnections is how many connections are kept for the next request: Terraform works on ten
	// resources at once.
	idleConnections = 16
	// idleTimeout is shorter than the keep-alive of the servers MLflow runs on (gunicorn 2 s, uvicorn 5 s):
	// a write must not meet a connection that its server is just closing, for its outcome would be unclear.
	idleTimeout = 1500 * time.Millisecond
)

// networkTransport returns a transport with a connection pool of its own and TLS 1.2 or later.
func networkTransport(config Config) *http.Transport {
	transport := cleanhttp.DefaultPooledTransport()
	transport.MaxIdleConnsPerHost = idleConnections
	transport.IdleConnTimeout = idleTimeout
	transport.DisableCompression = true // Answers are unpacked within bounds (answer_body.go).
	transport.Proxy = nil
	if config.Proxy != nil {
		transport.Proxy = func(request *http.Request) (*url.URL, error) { return config.Proxy(request.URL) }
	}
	transport.OnProxyConnectResponse = checkProxyAnswer
	transport.TLSClientConfig = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            config.Authorities,
		InsecureSkipVerify: config.InsecureTLS, //nolint:gosec // asked for by the user, as in MLflow's own client
	}
	if config.ClientCertificate != nil {
		transport.TLSClientConfig.Certificates = []tls.Certificate{*config.ClientCertificate}
	}
	return transport
}

// proxyError is a proxy's refusal to connect to the server. The server has seen nothing.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy refuses to connect to the server: it answered %d %s", e.status, statusText(e.status))
}

// checkProxyAnswer keeps the status of a proxy's refusal, of which net/http keeps the text alone.
func checkProxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{status: answer.StatusCode}
}

package mlflow

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
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

// networkTransport returns a transport with a connection pool of its own, proxies from the environment and
// TLS 1.2 or later. Certificate files are read here, once.
func networkTransport(config Config) (*http.Transport, error) {
	transport := cleanhttp.DefaultPooledTransport()
	transport.MaxIdleConnsPerHost = idleConnections
	transport.IdleConnTimeout = idleTimeout
	transport.TLSClientConfig = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: config.InsecureTLS, //nolint:gosec // asked for by the user, as in MLflow's own client
	}
	if config.ServerCertPath != "" {
		pem, err := os.ReadFile(config.ServerCertPath)
		if err != nil {
			return nil, fmt.Errorf("read the server certificates: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate in PEM form", config.ServerCertPath)
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	if config.ClientCertPath != "" {
		certificate, err := tls.LoadX509KeyPair(config.ClientCertPath, config.ClientCertPath)
		if err != nil {
			return nil, fmt.Errorf("read the client certificate and its key from %s: %w", config.ClientCertPath, err)
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{certificate}
	}
	return transport, nil
}

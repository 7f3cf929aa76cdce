package provider

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// answers starts a server that gives every request the same answer.
func answers(t *testing.T, status int, kind, body string) string {
	t.Helper()
	server := httptest.NewServer(answering(status, kind, body))
	t.Cleanup(server.Close)
	return server.URL
}

func answering(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// emptySearch is MLflow's answer to a search that finds nothing.
var emptySearch = answering(http.StatusOK, "application/json", "{}")

// secure starts a TLS server with a certificate, and returns its address.
func secure(t *testing.T, certificate *acctest.Issued, change func(*tls.Config)) string {
	t.Helper()
	server := httptest.NewUnstartedServer(emptySearch)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Handshakes fail on purpose.
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, Certificates: []tls.Certificate{certificate.TLS()}}
	if change != nil {
		change(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// speaks starts a server that writes the same bytes to whoever connects, and hangs up.
func speaks(t *testing.T, greeting string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = connection.Read(make([]byte, 4096))
				_, _ = io.WriteString(connection, greeting)
				_ = connection.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// closedPort returns an address of this machine at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// noSuchName makes this process ask a name server that knows no name. It is for the whole test process, so the tests that
// run beside must not need one.
func noSuchName(t *testing.T) {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for buffer := make([]byte, 1500); ; {
			count, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			answer := slices.Clone(buffer[:count])
			answer[2], answer[3] = answer[2]|0x80, 0x83 // A response; recursion available; NXDOMAIN (RFC 1035, 4.1.1).
			_, _ = server.WriteTo(answer, from)
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = before; _ = server.Close() })
}

func text(value string) types.String { return types.StringValue(value) }

// TestConnectionErrorsNameTheSetting brings about, with real servers on this machine, everything that commonly stands
// between a provider and its registry, and looks at the text that a user gets.
func TestConnectionErrorsNameTheSetting(t *testing.T) {
	noSuchName(t)
	for _, variable := range []string{"MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"} {
		t.Setenv(variable, "")
	}
	t.Setenv("HOME", t.TempDir())
	company := acctest.NewAuthority(t)
	tomorrow := time.Now().Add(24 * time.Hour)
	good := company.Issue("127.0.0.1", tomorrow)
	trusted := text(string(company.PEM))
	stranger := acctest.NewAuthority(t).Issue("somebody", tomorrow)
	proxyOf := func(handler http.HandlerFunc) types.String {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return text(server.URL)
	}
	at := func(uri string) providerConfig { return providerConfig{TrackingURI: text(uri)} }

	for name, test := range map[string]struct {
		config providerConfig
		fault  registry.Fault // "" where the kind says it all
		text   string         // of what went wrong
		names  []string       // the settings to look at
	}{
		"wrong URL, a page": {at(answers(t, 404, "text/html", "<!doctype html><title>404 Not Found</title><h1>Not Found</h1>")),
			registry.FaultPage, "404 Not Found", []string{"tracking_uri", "MLFLOW_TRACKING_URI", "--static-prefix"}},
		"wrong URL, a page to log in at": {at(answers(t, 200, "text/html", "<html><h1>Sign in</h1></html>")),
			registry.FaultPage, "Sign in", []string{"tracking_uri", "exec", "token", "headers"}},
		"wrong URL, another service": {at(answers(t, 200, "application/json", `{"status": "ok", "service": "grafana"}`)),
			registry.FaultOtherJSON, "not as MLflow's registry API", []string{"tracking_uri", "MLFLOW_TRACKING_URI"}},
		"wrong URL, another service's error": {at(answers(t, 404, "application/json", `{"detail": "Not Found"}`)),
			registry.FaultOtherJSON, "Not Found", []string{"tracking_uri", "MLFLOW_TRACKING_URI"}},
		"not JSON":        {at(answers(t, 200, "text/plain", "OK")), registry.FaultNotJSON, "not a JSON object", []string{"tracking_uri", "MLFLOW_TRACKING_URI"}},
		"half a document": {at(answers(t, 200, "application/json", `{"model_versions": [{"name"`)), registry.FaultNotJSON, "can't be read", []string{"tracking_uri"}},
		"half a body": {at("http://" + speaks(t, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"model_versions\": [")),
			registry.FaultBrokenOff, "broke off after 20 bytes", []string{"proxy or load balancer"}},
		"wrong port": {at("http://" + closedPort(t)), registry.FaultRefused, "connection refused", []string{"tracking_uri", "MLFLOW_TRACKING_URI", "5000"}},
		"wrong port, no web server": {at("http://" + speaks(t, "SSH-2.0-OpenSSH_9.6\r\n")), registry.FaultNotHTTP, "SSH-2.0",
			[]string{"port in tracking_uri", "MLFLOW_TRACKING_URI"}},
		"unknown host":         {at("http://mlflow.example.test"), registry.FaultName, "no such host", []string{"tracking_uri", "MLFLOW_TRACKING_URI", "proxy_url"}},
		"too slow":             {slow(t), registry.FaultTimeout, "no whole answer within 1s", []string{"request_timeout", "MLFLOW_HTTP_REQUEST_TIMEOUT"}},
		"https to http":        {at(strings.Replace(answers(t, 200, "application/json", "{}"), "http:", "https:", 1)), registry.FaultPlainHTTP, "first record does not look like a TLS handshake", []string{"tracking_uri", "http://"}},
		"http to https":        {at(strings.Replace(secure(t, good, nil), "https:", "http:", 1)), registry.FaultHTTPS, "Client sent an HTTP request to an HTTPS server", []string{"tracking_uri", "https://"}},
		"http to https, alert": {at("http://" + speaks(t, "\x15\x03\x01\x00\x02\x02\x46")), registry.FaultHTTPS, "malformed HTTP response", []string{"tracking_uri", "https://"}},
		"http to https, nginx": {at(answers(t, 400, "text/html", "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>")),
			registry.FaultHTTPS, "sent to HTTPS port", []string{"tracking_uri", "https://"}},
		"unknown authority": {at(secure(t, good, nil)), registry.FaultUnknownAuthority, "unknown authority", []string{"server_cert_path", "MLFLOW_TRACKING_SERVER_CERT_PATH"}},
		"expired certificate": {providerConfig{TrackingURI: text(secure(t, company.Issue("127.0.0.1", time.Now().Add(-time.Hour)), nil)), ServerCertPEM: trusted},
			registry.FaultCertificateTime, "expired", []string{"clock of this machine"}},
		"certificate of another host": {providerConfig{TrackingURI: text(secure(t, company.Issue("mlflow.example.com", tomorrow), nil)), ServerCertPEM: trusted},
			registry.FaultCertificateHost, "127.0.0.1", []string{"tracking_uri", "MLFLOW_TRACKING_URI"}},
		"old TLS": {providerConfig{TrackingURI: text(secure(t, good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })), ServerCertPEM: trusted},
			registry.FaultTLS, "protocol version", []string{"TLS 1.2"}},
		"no client certificate": {providerConfig{TrackingURI: text(secure(t, good, func(c *tls.Config) {
			c.ClientAuth, c.ClientCAs, c.MaxVersion = tls.RequireAndVerifyClientCert, company.Pool(), tls.VersionTLS12
		})), ServerCertPEM: trusted}, registry.FaultTLS, "handshake failure", []string{"client_cert_path", "MLFLOW_TRACKING_CLIENT_CERT_PATH"}},
		"no client certificate, TLS 1.3": {providerConfig{TrackingURI: text(secure(t, good, func(c *tls.Config) {
			c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, company.Pool()
		})), ServerCertPEM: trusted}, registry.FaultClientCertificate, "certificate required", []string{"client_cert_path", "MLFLOW_TRACKING_CLIENT_CERT_PATH"}},
		"a stranger's client certificate": {providerConfig{TrackingURI: text(secure(t, good, func(c *tls.Config) {
			c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, company.Pool()
		})), ServerCertPEM: trusted, ClientCertPEM: text(string(stranger.PEM()))}, registry.FaultClientCertificate, "unknown certificate authority",
			[]string{"client_cert_path", "MLFLOW_TRACKING_CLIENT_CERT_PATH"}},
		"no credentials": {at(answers(t, 401, "text/plain", "You are not authenticated.")), registry.FaultNoCredentials, "401: You are not authenticated",
			[]string{"username and password", "token", "exec", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_TOKEN"}},
		"wrong credentials": {providerConfig{TrackingURI: text(answers(t, 401, "text/plain", "You are not authenticated.")), Token: text("wrong")}, "", "401: You are not authenticated",
			[]string{"username and password", "token", "exec", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_TOKEN"}},
		"no right": {at(answers(t, 403, "text/plain", "Permission denied")), "", "403: Permission denied", []string{"allow these credentials the request that the message names"}},
		"host name not allowed": {at(answers(t, 403, "text/plain", "Invalid Host header - possible DNS rebinding attack detected")), registry.FaultHostHeader, "Invalid Host header",
			[]string{"--allowed-hosts", "tracking_uri"}},
		"too large": {at(answers(t, 413, "text/html", "<h1>413 Request Entity Too Large</h1>nginx")), registry.FaultTooLarge, "413 Request Entity Too Large", []string{"description or tags", "client_max_body_size"}},
		"too many":  {at(answers(t, 429, "text/plain", "slow down")), registry.FaultTooMany, "slow down", []string{"max_concurrent_requests", "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"}},
		"a long address": {at(answers(t, 414, "text/html", "<h1>414 Request-URI Too Large</h1>")), registry.FaultLongAddress, "414 Request-URI Too Large",
			[]string{"filter", "--limit-request-line"}},
		"no end": {at(answers(t, 200, "application/json", `{"model_versions": [{"name": "fraud", "version": "1"}], "next_page_token": "t"}`)), registry.FaultEndless,
			"the same page token came twice", []string{"tracking_uri", "filter"}},
		"a bomb":       {at(bomb(t)), registry.FaultTooLong, "unpack to more than 200 times as many", []string{"tracking_uri"}},
		"500":          {at(answers(t, 500, "application/json", `{"error_code": "INTERNAL_ERROR", "message": "disk full"}`)), "", "disk full", []string{"Look at its log"}},
		"502":          {at(answers(t, 502, "text/html", "<h1>502 Bad Gateway</h1>nginx")), "", "502 Bad Gateway nginx", []string{"Look at its log"}},
		"503":          {at(answers(t, 503, "text/plain", "restarting")), "", "restarting", []string{"Look at its log"}},
		"another host": {at(redirecting(t)), registry.FaultRedirect, "which is another server", []string{"tracking_uri", "exec", "token", "headers"}},
		"an address that is none": {at(redirectingTo(t, "http://[broken/login?ticket=s3cr3t")), registry.FaultRedirect, "cannot be read",
			[]string{"tracking_uri", "exec", "token", "headers"}},
		"proxy away": {providerConfig{TrackingURI: text("http://mlflow.example.test"), ProxyURL: text("http://" + closedPort(t))}, registry.FaultProxy, "proxyconnect",
			[]string{"proxy_url", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}},
		"proxy refuses": {providerConfig{TrackingURI: text("https://mlflow.example.test"), ProxyURL: proxyOf(answering(403, "text/html", "no"))}, registry.FaultProxy,
			"answered 403 Forbidden", []string{"proxy_url", "HTTPS_PROXY"}},
		"proxy wants credentials": {providerConfig{TrackingURI: text("https://mlflow.example.test"), ProxyURL: proxyOf(answering(407, "text/html", "no"))},
			registry.FaultProxyCredentials, "answered 407", []string{"proxy_url", "HTTPS_PROXY", "%40"}},
		"proxy wants credentials for http": {providerConfig{TrackingURI: text("http://mlflow.example.test"), ProxyURL: proxyOf(answering(407, "text/html", "<h1>no</h1>"))},
			registry.FaultProxyCredentials, "answered 407", []string{"proxy_url", "HTTP_PROXY", "%40"}},
		"command fails": {providerConfig{TrackingURI: text("http://127.0.0.1:1"), Exec: &execConfig{Command: text("false")}}, registry.FaultCredentialCommand,
			`the credential command "false" failed: exit status 1`, []string{"exec.command", "exec.args", "exec.env"}},
	} {
		t.Run(name, func(t *testing.T) {
			config := test.config
			config.MaxRetries, config.BackoffFactor, config.BackoffJitter = types.Int64Value(1), types.Float64Value(0), types.Float64Value(0)
			target, diags := (&mlregistryProvider{version: "test"}).open(t.Context(), config)
			if diags.HasError() {
				t.Fatal(diags)
			}
			_, err := target.Versions(t.Context(), "fraud")
			if err == nil {
				t.Fatal("the call went through")
			}
			message := explain(err)
			if strings.Contains(message, "s3cr3t") {
				t.Errorf("%q shows a secret", message)
			}
			for _, want := range append([]string{test.text}, test.names...) {
				if !strings.Contains(message, want) {
					t.Errorf("%q does not say %q", message, want)
				}
			}
			if test.fault != "" && !strings.HasSuffix(message, faultAdvice[test.fault]) {
				t.Errorf("%q is not the advice for %q", message, test.fault)
			}
			covered[test.fault] = true
		})
	}
	for fault := range faultAdvice {
		// These take many or long requests: internal/mlflow's tests of bounds show them.
		elsewhere := fault == registry.FaultTooLong || fault == registry.FaultEndless || fault == registry.FaultLongAddress
		if !covered[fault] && !elsewhere {
			t.Errorf("no case shows the fault %q", fault)
		}
	}
}

var covered = map[registry.Fault]bool{}

// slow returns a server that takes longer than it is given.
func slow(t *testing.T) providerConfig {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(server.Close)
	return providerConfig{TrackingURI: text(server.URL), RequestTimeout: types.Int64Value(1)}
}

// redirectingTo returns a server that sends everybody to an address as it is.
func redirectingTo(t *testing.T, address string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", address)
		w.WriteHeader(http.StatusFound)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// bomb returns a server whose answer is small and unpacks to 64 MB.
func bomb(t *testing.T) string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	for range 64 {
		_, _ = writer.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	_ = writer.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// redirecting returns a server that sends everybody to another one.
func redirecting(t *testing.T) string {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) }))
	t.Cleanup(elsewhere.Close)
	target, _ := url.Parse(elsewhere.URL)
	server := httptest.NewServer(http.RedirectHandler("http://localhost:"+target.Port()+"/login", http.StatusFound))
	t.Cleanup(server.Close)
	return server.URL
}

package mlflow_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// secure starts a TLS server and returns it with a PEM file of its certificate.
func secure(t *testing.T, change func(*tls.Config)) (*httptest.Server, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(says(200, aVersion)))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10} //nolint:gosec // the client is what must refuse it
	server.Config.ErrorLog = log.New(io.Discard, "", 0)    // handshakes fail on purpose
	change(server.TLS)
	server.StartTLS()
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "server.pem")
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	return server, file
}

func TestTheServersCertificateIsChecked(t *testing.T) {
	server, file := secure(t, func(*tls.Config) {})
	err := creates(t.Context(), connect(t, server.URL))
	wantKind(t, "unknown authority", err, registry.ErrUnreachable)
	if !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
	must(t, reads(t.Context(), connect(t, server.URL, func(c *mlflow.Config) { c.ServerCertPath = file })))
	must(t, reads(t.Context(), connect(t, server.URL, func(c *mlflow.Config) { c.InsecureTLS = true })))
}

func TestOldTLSIsRefused(t *testing.T) {
	server, file := secure(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })
	client := connect(t, server.URL, func(c *mlflow.Config) { c.ServerCertPath = file })
	wantKind(t, "TLS 1.1", reads(t.Context(), client), registry.ErrUnreachable)
}

func TestTheClientCertificateIsShown(t *testing.T) {
	server, file := secure(t, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
	must(t, reads(t.Context(), connect(t, server.URL, func(c *mlflow.Config) {
		c.ServerCertPath, c.ClientCertPath = file, clientCertificate(t)
	})))
	without := connect(t, server.URL, func(c *mlflow.Config) { c.ServerCertPath, c.MaxRetries = file, -1 })
	if err := reads(t.Context(), without); err == nil {
		t.Error("a request without the client certificate was answered")
	}
}

// clientCertificate writes a PEM file with a certificate and its key.
func clientCertificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ann"}, NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	file := filepath.Join(t.TempDir(), "client.pem")
	content := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	must(t, os.WriteFile(file, content, 0o600))
	return file
}

package mlflow_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// secure starts a TLS server and returns it with its certificate as the authority to trust.
func secure(t *testing.T, change func(*tls.Config)) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(says(200, aVersion)))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10} //nolint:gosec // the client is what must refuse it
	server.Config.ErrorLog = log.New(io.Discard, "", 0)    // handshakes fail on purpose
	change(server.TLS)
	server.StartTLS()
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return server, pool
}

func TestTheServersCertificateIsChecked(t *testing.T) {
	server, pool := secure(t, func(*tls.Config) {})
	err := creates(t.Context(), connect(t, server.URL))
	wantKind(t, "unknown authority", err, registry.ErrUnreachable)
	if !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
	must(t, reads(t.Context(), connect(t, server.URL, func(c *mlflow.Config) { c.Authorities = pool })))
	must(t, reads(t.Context(), connect(t, server.URL, func(c *mlflow.Config) { c.InsecureTLS = true })))
}

func TestOldTLSIsRefused(t *testing.T) {
	server, pool := secure(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })
	client := connect(t, server.URL, func(c *mlflow.Config) { c.Authorities = pool })
	wantKind(t, "TLS 1.1", reads(t.Context(), client), registry.ErrUnreachable)
}

func TestTheClientCertificateIsShown(t *testing.T) {
	server, pool := secure(t, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
	must(t, reads(t.Context(), connect(t, server.URL, func(c *mlflow.Config) {
		c.Authorities, c.ClientCertificate = pool, clientCertificate(t)
	})))
	without := connect(t, server.URL, func(c *mlflow.Config) { c.Authorities, c.MaxRetries = pool, -1 })
	if err := reads(t.Context(), without); err == nil {
		t.Error("a request without the client certificate was answered")
	}
}

// clientCertificate makes a certificate with its key.
func clientCertificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ann"}, NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	return &tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}
}

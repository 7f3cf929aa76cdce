package mlflow

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// aboutClientCertificate are the alerts of a server about this client's certificate, as crypto/tls words them; it has no
// type for them (RFC 8446, 6.2: 42 to 46, 48 and 116).
var aboutClientCertificate = []string{
	"certificate required", "bad certificate", "unsupported certificate", "revoked certificate", "expired certificate", "unknown certificate",
}

// faultOf tells what exactly an attempt without an answer failed at.
func faultOf(err error) registry.Fault {
	if proxy, ok := errors.AsType[*proxyError](err); ok {
		if proxy.status == http.StatusProxyAuthRequired {
			return registry.FaultProxyCredentials
		}
		return registry.FaultProxy
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "proxyconnect" {
		return registry.FaultProxy
	}
	if fault := tlsFault(err); fault != "" {
		return fault
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return registry.FaultName
	}
	text := err.Error()
	switch {
	case strings.Contains(text, `malformed HTTP response "\x15\x03`): // a TLS alert
		return registry.FaultHTTPS
	case strings.Contains(text, "malformed HTTP"):
		return registry.FaultNotHTTP
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "dial" {
		if operation.Timeout() {
			return registry.FaultTimeout
		}
		return registry.FaultRefused
	}
	return ""
}

func tlsFault(err error) registry.Fault {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return registry.FaultPlainHTTP
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return registry.FaultCertificateTime
		}
		return registry.FaultUnknownAuthority
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return registry.FaultCertificateHost
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return registry.FaultUnknownAuthority
	}
	if alert, ok := errors.AsType[*net.OpError](err); ok && alert.Op == "remote error" {
		for _, words := range aboutClientCertificate {
			if strings.Contains(alert.Err.Error(), words) {
				return registry.FaultClientCertificate
			}
		}
		return registry.FaultTLS
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return registry.FaultUnknownAuthority
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		if string(record.RecordHeader[:]) == "HTTP/" {
			return registry.FaultPlainHTTP
		}
		return registry.FaultTLS
	}
	if strings.Contains(err.Error(), "tls: ") {
		return registry.FaultTLS
	}
	return ""
}

// permanent says whether an error lies in names, certificates or files, which do not change between two attempts.
func permanent(err error, fault registry.Fault) bool {
	switch fault {
	case registry.FaultName:
		name, ok := errors.AsType[*net.DNSError](err)
		return ok && name.IsNotFound
	case registry.FaultPlainHTTP, registry.FaultHTTPS, registry.FaultNotHTTP, registry.FaultUnknownAuthority,
		registry.FaultCertificateTime, registry.FaultCertificateHost, registry.FaultClientCertificate, registry.FaultTLS,
		registry.FaultProxyCredentials:
		return true
	case registry.FaultProxy: // Busy gateways recover; a rule against the host does not.
		proxy, ok := errors.AsType[*proxyError](err)
		return ok && proxy.status < http.StatusInternalServerError
	}
	return errors.Is(err, registry.ErrStorage)
}

// Texts of answers that say more than their status.
const (
	// hostHeaderText is MLflow's answer under a host name that is not one of its --allowed-hosts
	// (mlflow/server/security_utils.py, INVALID_HOST_MSG).
	hostHeaderText = "Invalid Host header"
	// Answers of TLS servers to a request in plain HTTP: Go's, nginx', Apache's.
	goWantsTLS     = "Client sent an HTTP request to an HTTPS server"
	nginxWantsTLS  = "The plain HTTP request was sent to HTTPS port"
	apacheWantsTLS = "speaking plain HTTP to an SSL-enabled server port"
	// gunicornLongLine is gunicorn's answer to a request line beyond its limit (gunicorn/http/errors.py, LimitRequestLine).
	gunicornLongLine = "Request Line is too large"
)

// answerFault tells what an answer other than success comes from.
func (c *call) answerFault(response *http.Response, body []byte) registry.Fault {
	text := string(body[:min(len(body), 16<<10)])
	switch response.StatusCode {
	case http.StatusBadRequest:
		if strings.Contains(text, goWantsTLS) || strings.Contains(text, nginxWantsTLS) || strings.Contains(text, apacheWantsTLS) {
			return registry.FaultHTTPS
		}
		if strings.Contains(text, gunicornLongLine) {
			return registry.FaultLongAddress
		}
	case http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return registry.FaultLongAddress
	case http.StatusUnauthorized:
		if !c.credentials {
			return registry.FaultNoCredentials
		}
	case http.StatusForbidden:
		if strings.Contains(text, hostHeaderText) {
			return registry.FaultHostHeader
		}
	case http.StatusProxyAuthRequired:
		return registry.FaultProxyCredentials
	case http.StatusRequestEntityTooLarge:
		return registry.FaultTooLarge
	case http.StatusTooManyRequests:
		return registry.FaultTooMany
	}
	return ""
}

// strangerFault tells what an answer that is not MLflow's looks like.
func strangerFault(body []byte) registry.Fault {
	text := strings.TrimSpace(string(body[:min(len(body), 16<<10)]))
	switch {
	case strings.HasPrefix(text, "<"):
		return registry.FaultPage
	case json.Valid(body):
		return registry.FaultOtherJSON
	}
	return registry.FaultNotJSON
}

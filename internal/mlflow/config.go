package mlflow

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
)

// The defaults of a Config, which are those of MLflow's Python client (mlflow/environment_variables.py).
const (
	// DefaultRequestTimeout bounds one attempt of one request (MLFLOW_HTTP_REQUEST_TIMEOUT).
	DefaultRequestTimeout = 120 * time.Second
	// DefaultMaxRetries is how often a request is repeated after its first attempt
	// (MLFLOW_HTTP_REQUEST_MAX_RETRIES).
	DefaultMaxRetries = 7
	// DefaultBackoffFactor is the length in seconds of the first wait between two attempts
	// (MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR).
	DefaultBackoffFactor = 2.0
	// DefaultConcurrentRequests is how many requests are under way at most: as many as Terraform works on resources.
	DefaultConcurrentRequests = 10
	// DefaultUserAgent is sent when Config.UserAgent is empty.
	DefaultUserAgent = "terraform-provider-mlregistry"
)

// Config says where a registry is and how to talk to it. Only BaseURL is required.
type Config struct {
	// BaseURL is the tracking URI of the server: http or https, with or without a path prefix. A user name
	// and password in it are used as basic credentials when no others are given, and are never printed.
	BaseURL string

	// Transport carries the requests; nil means the network, set up from the TLS fields below and from the
	// proxy variables of the environment. A given Transport ignores the TLS fields.
	Transport http.RoundTripper

	// Username and Password are basic credentials (MLFLOW_TRACKING_USERNAME, …_PASSWORD). When both are
	// set they win over Token, as in MLflow's Python client; one without the other is not used.
	Username string
	// Password belongs to Username.
	Password string
	// Token is sent as "Authorization: Bearer …" (MLFLOW_TRACKING_TOKEN).
	Token string

	// TokenSource gives the token of each request instead of Token; nil means none. A user name and password win over
	// it only where both would be sent in the same header.
	TokenSource TokenSource
	// TokenHeader is the header that carries the token of TokenSource; empty means Authorization.
	TokenHeader string
	// TokenScheme stands before the token of TokenSource in its header, such as Bearer; empty means the token alone.
	TokenScheme string
	// Headers are sent with every request. Credentials, Workspace and UserAgent win over a header of the
	// same name.
	Headers map[string]string
	// Workspace is sent as X-MLFLOW-WORKSPACE (MLflow 3.10 and later); empty means the server's default.
	Workspace string
	// UserAgent is the User-Agent header; empty means DefaultUserAgent.
	UserAgent string

	// InsecureTLS turns off the check of the server's certificate (MLFLOW_TRACKING_INSECURE_TLS). It can't
	// be combined with Authorities.
	InsecureTLS bool
	// Authorities are trusted to sign the server's certificate; nil means those of the system
	// (MLFLOW_TRACKING_SERVER_CERT_PATH).
	Authorities *x509.CertPool
	// ClientCertificate is shown to a server that asks for one; nil means none (MLFLOW_TRACKING_CLIENT_CERT_PATH).
	ClientCertificate *tls.Certificate
	// Proxy returns the proxy for a server, or nil for none; a nil Proxy means that no proxy is used.
	Proxy func(*url.URL) (*url.URL, error)
	// Secrets is what errors never show, besides the credentials of this configuration, which are added to it; nil means only those.
	Secrets *redact.Secrets
	// RequestTimeout bounds one attempt, from dialling to the last byte of the answer; 0 means
	// DefaultRequestTimeout. The context of a call bounds the call with all its attempts.
	RequestTimeout time.Duration
	// MaxRetries is the greatest number of repetitions of one request; 0 means DefaultMaxRetries and a
	// negative number means none. A server that can't be connected to is given up after 5 attempts.
	MaxRetries int
	// BackoffFactor is the longest first wait in seconds, doubled for each repetition; 0 means
	// DefaultBackoffFactor.
	BackoffFactor float64
	// BackoffJitter is the greatest number of seconds that a wait is longer than BackoffFactor asks for, at random
	// (MLFLOW_HTTP_REQUEST_BACKOFF_JITTER); 0 means none.
	BackoffJitter float64
	// IgnoreRetryAfter waits by the back-off alone, whatever the header Retry-After asks for
	// (MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER set to false).
	IgnoreRetryAfter bool
	// ConcurrentRequests is how many requests are under way at most; 0 means DefaultConcurrentRequests. Those beyond
	// wait for their turn. A call that waits before it repeats a request takes no place.
	ConcurrentRequests int
}

// TokenSource gives the token that requests carry. It is safe for use by several goroutines at once.
type TokenSource interface {
	// Token returns a token that is valid now. When ctx ends first the error is that of ctx.
	Token(ctx context.Context) (string, error)
	// Reject says that the server did not accept a token, so that the next call of Token returns another one. It does nothing
	// when ctx ends first.
	Reject(ctx context.Context, token string)
}

// ConfigError is a Config that cannot be used.
type ConfigError struct {
	// Field is the name of the field of Config that is wrong.
	Field string
	// Err says what is wrong, without any secret.
	Err error
}

func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

func wrong(field, format string, arguments ...any) error {
	return &ConfigError{Field: field, Err: fmt.Errorf(format, arguments...)}
}

// withDefaults returns the configuration with every zero that stands for a default replaced.
func (c Config) withDefaults() Config {
	if c.RequestTimeout == 0 {
		c.RequestTimeout = DefaultRequestTimeout
	}
	switch {
	case c.MaxRetries == 0:
		c.MaxRetries = DefaultMaxRetries
	case c.MaxRetries < 0:
		c.MaxRetries = 0
	}
	if c.BackoffFactor == 0 {
		c.BackoffFactor = DefaultBackoffFactor
	}
	if c.ConcurrentRequests == 0 {
		c.ConcurrentRequests = DefaultConcurrentRequests
	}
	if c.TokenHeader == "" {
		c.TokenHeader = "Authorization"
	}
	if c.Secrets == nil {
		c.Secrets = &redact.Secrets{}
	}
	if c.UserAgent == "" {
		c.UserAgent = DefaultUserAgent
	}
	return c
}

// validate finds what can be found without a request or a file.
func (c Config) validate() error {
	switch {
	case c.RequestTimeout < 0:
		return wrong("RequestTimeout", "the request timeout %s is negative", c.RequestTimeout)
	case c.BackoffFactor < 0:
		return wrong("BackoffFactor", "the back-off factor %v is negative", c.BackoffFactor)
	case c.BackoffJitter < 0:
		return wrong("BackoffJitter", "the back-off jitter %v is negative", c.BackoffJitter)
	case c.ConcurrentRequests < 0:
		return wrong("ConcurrentRequests", "%d requests at a time are too few", c.ConcurrentRequests)
	case c.InsecureTLS && c.Authorities != nil:
		return wrong("InsecureTLS", "either check the server's certificate against the given authorities or do not check it at all: not both")
	case strings.Contains(c.Username, ":"):
		return wrong("Username", "a user name must not hold ':', because basic authentication could not tell it from the password")
	}
	return nil
}

// parseBaseURL returns the base URL without credentials, and the credentials it held. Its errors never
// repeat text that may hold a password.
func parseBaseURL(text string) (*url.URL, *url.Userinfo, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil, wrong("BaseURL", "the tracking URI is empty")
	}
	base, err := url.Parse(text)
	if err != nil {
		return nil, nil, wrong("BaseURL", "the tracking URI is not a valid URL (it is not shown, for it may hold a password)")
	}
	credentials := base.User
	base.User = nil
	switch {
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, nil, wrong("BaseURL", "the tracking URI has the scheme %q: use http:// or https://", base.Scheme)
	case base.Hostname() == "":
		return nil, nil, wrong("BaseURL", "the tracking URI names no host")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, nil, wrong("BaseURL", "the tracking URI has a query or a fragment: give only scheme, host and path")
	}
	return base, credentials, nil
}

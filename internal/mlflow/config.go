package mlflow

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
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

	// Headers are sent with every request. Credentials, Workspace and UserAgent win over a header of the
	// same name.
	Headers map[string]string
	// Workspace is sent as X-MLFLOW-WORKSPACE (MLflow 3.10 and later); empty means the server's default.
	Workspace string
	// UserAgent is the User-Agent header; empty means DefaultUserAgent.
	UserAgent string

	// InsecureTLS turns off the check of the server's certificate (MLFLOW_TRACKING_INSECURE_TLS). It can't
	// be combined with ServerCertPath.
	InsecureTLS bool
	// ServerCertPath names a PEM file of the certificates to trust instead of the system's
	// (MLFLOW_TRACKING_SERVER_CERT_PATH).
	ServerCertPath string
	// ClientCertPath names a PEM file with a client certificate and its key
	// (MLFLOW_TRACKING_CLIENT_CERT_PATH).
	ClientCertPath string

	// RequestTimeout bounds one attempt, from dialling to the last byte of the answer; 0 means
	// DefaultRequestTimeout. The context of a call bounds the call with all its attempts.
	RequestTimeout time.Duration
	// MaxRetries is the greatest number of repetitions of one request; 0 means DefaultMaxRetries and a
	// negative number means none. A server that can't be connected to is given up after 5 attempts.
	MaxRetries int
	// BackoffFactor is the longest first wait in seconds, doubled for each repetition; 0 means
	// DefaultBackoffFactor.
	BackoffFactor float64
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
	if c.UserAgent == "" {
		c.UserAgent = DefaultUserAgent
	}
	return c
}

// validate finds what can be found without a request or a file.
func (c Config) validate() error {
	switch {
	case c.RequestTimeout < 0:
		return fmt.Errorf("the request timeout %s is negative", c.RequestTimeout)
	case c.BackoffFactor < 0:
		return fmt.Errorf("the back-off factor %v is negative", c.BackoffFactor)
	case c.InsecureTLS && c.ServerCertPath != "":
		return fmt.Errorf("either check the server's certificate against %s or do not check it at all: "+
			"not both", c.ServerCertPath)
	case strings.Contains(c.Username, ":"):
		return fmt.Errorf("a user name must not hold ':', because basic authentication could not tell it from the password")
	}
	return nil
}

// parseBaseURL returns the base URL without credentials, and the credentials it held. Its errors never
// repeat text that may hold a password.
func parseBaseURL(text string) (*url.URL, *url.Userinfo, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil, fmt.Errorf("the tracking URI is empty")
	}
	base, err := url.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("the tracking URI is not a valid URL (it is not shown, for it may hold a password)")
	}
	credentials := base.User
	base.User = nil
	switch {
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, nil, fmt.Errorf("the tracking URI has the scheme %q: use http:// or https://", base.Scheme)
	case base.Hostname() == "":
		return nil, nil, fmt.Errorf("the tracking URI names no host")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, nil, fmt.Errorf("the tracking URI has a query or a fragment: give only scheme, host and path")
	}
	return base, credentials, nil
}

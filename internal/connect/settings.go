package connect

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Environment variables, as MLflow's Python SDK 3.17 reads them (mlflow/environment_variables.py).
const (
	EnvTrackingURI    = "MLFLOW_TRACKING_URI"
	EnvRegistryURI    = "MLFLOW_REGISTRY_URI"
	EnvUsername       = "MLFLOW_TRACKING_USERNAME"
	EnvPassword       = "MLFLOW_TRACKING_PASSWORD" //nolint:gosec // The name of a variable, not a secret.
	EnvToken          = "MLFLOW_TRACKING_TOKEN"    //nolint:gosec // The name of a variable, not a secret.
	EnvWorkspace      = "MLFLOW_WORKSPACE"
	EnvInsecureTLS    = "MLFLOW_TRACKING_INSECURE_TLS"
	EnvServerCertPath = "MLFLOW_TRACKING_SERVER_CERT_PATH"
	EnvClientCertPath = "MLFLOW_TRACKING_CLIENT_CERT_PATH"
	EnvTimeout        = "MLFLOW_HTTP_REQUEST_TIMEOUT"
	EnvMaxRetries     = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
	EnvBackoffFactor  = "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"
)

// The Python SDK's defaults for the settings that no provider attribute sets.
const (
	// DefaultTimeout is how long one request may take.
	DefaultTimeout = 120 * time.Second
	// DefaultMaxRetries is how often a request is repeated.
	DefaultMaxRetries = 7
	// DefaultBackoffFactor is the first wait between two attempts in seconds, doubled each time.
	DefaultBackoffFactor = 2
)

// Settings says which registry to use and how to reach it. Empty fields are not set.
type Settings struct {
	// TrackingURI is http://…, https://… or embedded:PATH.
	TrackingURI string
	// RegistryURI is the registry's own address where it is not the tracking server's. It wins over TrackingURI.
	RegistryURI string
	// Username and Password are for HTTP basic authentication. Together they win over Token.
	Username, Password string
	// Token is sent as a bearer token.
	Token string
	// Workspace is sent as X-MLFLOW-WORKSPACE (MLflow 3.10 and newer).
	Workspace string
	// Headers are sent with every request.
	Headers map[string]string
	// InsecureTLS switches the check of the server's certificate off.
	InsecureTLS bool
	// ServerCertPath is a PEM file with the authorities to trust.
	ServerCertPath string
	// ClientCertPath is a PEM file with a client certificate and its key.
	ClientCertPath string
	// Timeout bounds one request.
	Timeout time.Duration
	// MaxRetries is how often a request is repeated; 0 means never.
	MaxRetries int
	// BackoffFactor is the first wait between two attempts, in seconds.
	BackoffFactor int
}

// URI returns the address that is used: RegistryURI, else TrackingURI.
func (s Settings) URI() string { return cmp.Or(s.RegistryURI, s.TrackingURI) }

// WithEnvironment fills what is not set from the environment, each setting by its own variable, as the Python SDK
// does. A token that is set here is not overruled by a user name from the environment. The error names a variable
// that cannot be read.
func (s Settings) WithEnvironment(getenv func(string) string, credentials CredentialsFile) (Settings, error) {
	explicitToken := s.Token != "" && s.Username == "" && s.Password == ""
	s.TrackingURI = cmp.Or(s.TrackingURI, getenv(EnvTrackingURI))
	s.RegistryURI = cmp.Or(s.RegistryURI, getenv(EnvRegistryURI))
	s.Workspace = cmp.Or(s.Workspace, getenv(EnvWorkspace))
	s.ServerCertPath = cmp.Or(s.ServerCertPath, getenv(EnvServerCertPath))
	s.ClientCertPath = cmp.Or(s.ClientCertPath, getenv(EnvClientCertPath))
	if !explicitToken {
		s.Username = cmp.Or(s.Username, getenv(EnvUsername), credentials.Username)
		s.Password = cmp.Or(s.Password, getenv(EnvPassword), credentials.Password)
		s.Token = cmp.Or(s.Token, getenv(EnvToken))
	}
	var err error
	if s.InsecureTLS, err = boolean(s.InsecureTLS, EnvInsecureTLS, getenv); err != nil {
		return s, err
	}
	seconds, err := number(EnvTimeout, int(DefaultTimeout/time.Second), getenv)
	if err != nil {
		return s, err
	}
	s.Timeout = time.Duration(seconds) * time.Second
	if s.MaxRetries, err = number(EnvMaxRetries, DefaultMaxRetries, getenv); err != nil {
		return s, err
	}
	s.BackoffFactor, err = number(EnvBackoffFactor, DefaultBackoffFactor, getenv)
	return s, err
}

// boolean reads what the Python SDK takes for a boolean: true, false, 1 or 0 in any letter case.
func boolean(set bool, name string, getenv func(string) string) (bool, error) {
	text := getenv(name)
	if set || text == "" {
		return set, nil
	}
	switch strings.ToLower(text) {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, fmt.Errorf("%w: the environment variable %s is %q: use true or false", registry.ErrInvalid, name, text)
}

func number(name string, fallback int, getenv func(string) string) (int, error) {
	text := getenv(name)
	if text == "" {
		return fallback, nil
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 {
		return 0, fmt.Errorf("%w: the environment variable %s is %q: use a whole number", registry.ErrInvalid, name, text)
	}
	return value, nil
}

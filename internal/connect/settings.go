package connect

import (
	"cmp"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
)

// The Python SDK's defaults (mlflow/environment_variables.py, 3.17), and one of our own.
const (
	// DefaultTimeout is how long one request may take.
	DefaultTimeout = mlflow.DefaultRequestTimeout
	// DefaultMaxRetries is how often a request is repeated.
	DefaultMaxRetries = mlflow.DefaultMaxRetries
	// DefaultBackoffFactor is the first wait between two attempts in seconds, doubled each time.
	DefaultBackoffFactor = mlflow.DefaultBackoffFactor
	// DefaultBackoffJitter is how many seconds a wait may be longer, at random.
	DefaultBackoffJitter = 1.0
	// DefaultConcurrentRequests is how many requests are under way at most.
	DefaultConcurrentRequests = mlflow.DefaultConcurrentRequests
)

// Settings says which registry to use and how to reach it. Empty fields are not set, and nil ones neither.
type Settings struct {
	// TrackingURI is http://…, https://… or embedded:PATH.
	TrackingURI string
	// RegistryURI is the registry's own address where it is not the tracking server's. It wins over TrackingURI.
	RegistryURI string
	// Username and Password are for HTTP basic authentication. Together they win over Token.
	Username, Password string
	// Token is sent as a bearer token.
	Token string
	// Exec is a command that prints a token; nil means none.
	Exec *Exec
	// Workspace is sent as X-MLFLOW-WORKSPACE (MLflow 3.10 and newer).
	Workspace string
	// Headers are sent with every request.
	Headers map[string]string
	// InsecureTLS switches the check of the server's certificate off.
	InsecureTLS *bool
	// ServerCertPath is a PEM file, or a folder of them, with the authorities to trust.
	ServerCertPath string
	// ServerCertPEM is the same as text.
	ServerCertPEM string
	// ClientCertPath is a PEM file with a client certificate and its key.
	ClientCertPath string
	// ClientCertPEM is the same as text.
	ClientCertPEM string
	// ProxyURL is the proxy for every request. Without it the proxy variables of the environment count.
	ProxyURL string
	// Timeout bounds one request.
	Timeout time.Duration
	// MaxRetries is how often a request is repeated; 0 means never.
	MaxRetries *int
	// BackoffFactor is the first wait between two attempts, in seconds.
	BackoffFactor *float64
	// BackoffJitter is how many seconds a wait may be longer, at random.
	BackoffJitter *float64
	// RespectRetryAfter waits as long as a server's Retry-After asks for.
	RespectRetryAfter *bool
	// ConcurrentRequests is how many requests are under way at most; 0 means the client's default.
	ConcurrentRequests int

	// proxies are the proxy variables of the environment.
	proxies proxyVariables
	// variables names, by attribute, the variables that settings come from.
	variables map[string]string
}

// Exec is a command that prints a token, and where the token goes.
type Exec struct {
	// Command is the program, and Args its arguments. No shell sees them.
	Command string
	// Args are the arguments.
	Args []string
	// Env are further environment variables of the command.
	Env map[string]string
	// Header carries the token; empty means Authorization.
	Header string
	// Scheme stands before the token; nil means Bearer, and an empty text nothing.
	Scheme *string
	// Timeout bounds one run; 0 means the default.
	Timeout time.Duration
}

// URI returns the address that is used: RegistryURI, else TrackingURI.
func (s Settings) URI() string { return cmp.Or(s.RegistryURI, s.TrackingURI) }

// Variable returns the name of the environment variable that gave an attribute its value; empty if none did.
func (s Settings) Variable(attribute string) string { return s.variables[attribute] }

// hasCredentials says whether credentials are set that travel in the header Authorization.
func (s Settings) hasCredentials() bool {
	return s.Username != "" || s.Password != "" || s.Token != "" || s.Exec != nil && s.Exec.inAuthorization()
}

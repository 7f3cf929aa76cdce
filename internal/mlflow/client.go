package mlflow

import (
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var (
	_ registry.Client  = (*Client)(nil)
	_ registry.Clock   = (*Client)(nil)
	_ registry.Speller = (*Client)(nil)
)

// Client talks to one registry. It is safe for use by several goroutines at once.
type Client struct {
	base  *url.URL
	http  *retryablehttp.Client
	calls atomic.Int64
	// secrets makes what a server, a proxy or a command says fit to be shown.
	secrets          *redact.Secrets
	ignoreRetryAfter bool
	clock            *serverClock
	pacing           registry.Pacing
	roots            *roots
	// proven is set once the server was seen to be a registry.
	proven atomic.Bool
	// workspace is made sure of before the first request that carries it; nil without one.
	workspace *workspaceCheck
}

// New returns a client of the registry that config describes. It makes no request: a server that is away
// is found out by the first call. The error says which setting is wrong, without any secret.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	base, inURL, err := parseBaseURL(config.BaseURL)
	if err != nil {
		return nil, err
	}
	headers, err := fixedHeaders(config)
	if err != nil {
		return nil, err
	}
	transport := config.Transport
	if transport == nil {
		transport = networkTransport(config)
	}
	clock := &serverClock{}
	transport = &attemptTransport{next: transport, timeout: config.RequestTimeout, bounds: usualBounds, clock: clock}
	transport = &logTransport{next: transport}
	transport = &limitTransport{next: transport, places: make(chan struct{}, config.ConcurrentRequests)}
	transport = &headerTransport{next: transport, headers: headers, custom: len(config.Headers) > 0}
	transport = &authTransport{next: transport, base: base, authorization: authorization(config, inURL)}
	known := config.Secrets
	know(known, config, inURL)
	if config.TokenSource != nil && (config.TokenHeader != "Authorization" || !hasBasic(config, inURL)) {
		transport = &tokenTransport{
			next: transport, base: base, source: config.TokenSource, header: config.TokenHeader, scheme: config.TokenScheme, secrets: known,
		}
	}

	return &Client{
		base: base, clock: clock, pacing: pacing(config), roots: newRoots(base),
		secrets: known, ignoreRetryAfter: config.IgnoreRetryAfter, workspace: newWorkspaceCheck(config.Workspace),
		http: &retryablehttp.Client{
			HTTPClient:   &http.Client{Transport: transport, CheckRedirect: checkRedirect},
			RetryMax:     config.MaxRetries,
			CheckRetry:   checkRetry,
			Backoff:      backoff(config),
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
	}, nil
}

// nextID returns a short id that ties together the log lines of one call's attempts.
func (c *Client) nextID() string { return strconv.FormatInt(c.calls.Add(1), 10) }

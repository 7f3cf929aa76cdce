package mlflow

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ registry.Client = (*Client)(nil)

// Client talks to one registry. It is safe for use by several goroutines at once.
type Client struct {
	base  *url.URL
	http  *retryablehttp.Client
	calls atomic.Int64
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
		if transport, err = networkTransport(config); err != nil {
			return nil, fmt.Errorf("TLS settings: %w", err)
		}
	}
	transport = &attemptTransport{next: transport, timeout: config.RequestTimeout, maxAnswer: maxAnswerSize}
	transport = &logTransport{next: transport}
	transport = &headerTransport{next: transport, headers: headers}
	transport = &authTransport{next: transport, base: base, authorization: authorization(config, inURL)}

	return &Client{
		base: base,
		http: &retryablehttp.Client{
			HTTPClient:   &http.Client{Transport: transport, CheckRedirect: checkRedirect},
			RetryMax:     config.MaxRetries,
			CheckRetry:   checkRetry,
			Backoff:      backoff(config.BackoffFactor),
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
	}, nil
}

// nextID returns a short id that ties together the log lines of one call's attempts.
func (c *Client) nextID() string { return strconv.FormatInt(c.calls.Add(1), 10) }

package mlflow

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// tokenTransport adds a token that expires, to requests for the configured server only. A request that the server
// answers with 401 is sent once more, with another token: a refused request has done nothing.
type tokenTransport struct {
	next           http.RoundTripper
	base           *url.URL
	source         TokenSource
	header, scheme string
	secrets        *redact.Secrets
}

// RoundTrip sends copies of the request.
func (t *tokenTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if !sameServer(t.base, request.URL) {
		return t.next.RoundTrip(request)
	}
	token, err := t.token(request)
	if err != nil {
		return nil, err
	}
	response, err := t.send(request, token)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	t.source.Reject(request.Context(), token)
	another, err := t.token(request)
	if err != nil {
		return nil, err
	}
	if another == token {
		return response, nil
	}
	return t.send(request, another)
}

// token asks the source, and has the token hidden from messages before anything can repeat it.
func (t *tokenTransport) token(request *http.Request) (string, error) {
	token, err := t.source.Token(request.Context())
	if err == nil && strings.ContainsFunc(token, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		err = fmt.Errorf("the token holds a line break or another control character")
	}
	if err != nil {
		return "", &attemptError{permanent: true, fault: registry.FaultCredentialCommand, cause: err}
	}
	t.secrets.Add(token)
	return token, nil
}

func (t *tokenTransport) send(request *http.Request, token string) (*http.Response, error) {
	attempt := request.Clone(request.Context())
	if request.GetBody != nil { // as every request of this package with a body has
		body, err := request.GetBody()
		if err != nil {
			return nil, err
		}
		attempt.Body = body
	}
	if current := callOf(request.Context()); current != nil {
		current.credentials = true
	}
	attempt.Header.Set(t.header, strings.TrimSpace(t.scheme+" "+token))
	return t.next.RoundTrip(attempt)
}

package mlflow

import (
	"encoding/base64"
	"net/http"
	"net/url"
)

// authTransport adds the credentials, to requests for the configured server only.
type authTransport struct {
	next          http.RoundTripper
	base          *url.URL
	authorization string
}

// RoundTrip sends a copy of the request: a round tripper must not change the one it is given.
func (t *authTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if t.authorization != "" && sameServer(t.base, request.URL) && request.Header.Get("Authorization") == "" {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", t.authorization)
	}
	return t.next.RoundTrip(request)
}

// authorization returns the header Authorization, or "" for none. A user name and a password win over a token, and
// those in the URL win over both: so does MLflow's Python client 3.17.2 (utils/rest_utils.py, and requests, which
// replaces the header by what the URL holds).
func authorization(config Config, inURL *url.Userinfo) string {
	switch {
	case inURLWhole(inURL):
		password, _ := inURL.Password()
		return basic(inURL.Username(), password)
	case config.Username != "" && config.Password != "":
		return basic(config.Username, config.Password)
	case config.Token != "":
		return "Bearer " + config.Token
	}
	return ""
}

// hasBasic says whether a user name and a password are sent.
func hasBasic(config Config, inURL *url.Userinfo) bool {
	return inURLWhole(inURL) || config.Username != "" && config.Password != ""
}

// inURLWhole says whether a URL holds both halves of basic credentials. A user name alone is not sent.
func inURLWhole(inURL *url.Userinfo) bool {
	if inURL == nil {
		return false
	}
	_, whole := inURL.Password()
	return whole
}

func basic(username, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))
}

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
	if t.authorization != "" && sameServer(t.base, request.URL) {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", t.authorization)
	}
	return t.next.RoundTrip(request)
}

// authorization returns the header Authorization, or "" for none. A user name and a password win over a
// token, as in MLflow's Python client (utils/rest_utils.py), and both win over credentials in the URL.
func authorization(config Config, inURL *url.Userinfo) string {
	switch {
	case config.Username != "" && config.Password != "":
		return basic(config.Username, config.Password)
	case config.Token != "":
		return "Bearer " + config.Token
	case inURL != nil && inURL.Username() != "":
		password, _ := inURL.Password()
		return basic(inURL.Username(), password)
	}
	return ""
}

func basic(username, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))
}

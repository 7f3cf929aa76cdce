package mlflow

import (
	"net/http"
	"strings"
)

// WorkspaceHeader carries the workspace of a request (MLflow 3.10, WORKSPACE_HEADER_NAME).
const WorkspaceHeader = "X-MLFLOW-WORKSPACE"

// headerTransport adds the headers that every request carries.
type headerTransport struct {
	next    http.RoundTripper
	headers http.Header
	custom  bool // some come from the user, who may have put credentials there
}

// RoundTrip sends a copy of the request with the headers. Those that are set already, such as the
// credentials, stay.
func (t *headerTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	for name, values := range t.headers {
		if _, present := request.Header[name]; !present {
			request.Header[name] = values
		}
	}
	if current := callOf(request.Context()); current != nil && (t.custom || request.Header.Get("Authorization") != "") {
		current.credentials = true
	}
	return t.next.RoundTrip(request)
}

// fixedHeaders returns the headers of the configuration. Its errors name a header and never show a value.
func fixedHeaders(config Config) (http.Header, error) {
	headers := http.Header{}
	for name, value := range config.Headers {
		if !validHeaderName(name) {
			return nil, wrong("Headers", "%q is not a header name", name)
		}
		if strings.EqualFold(name, "Host") || strings.EqualFold(name, "Content-Length") {
			return nil, wrong("Headers", "the header %s can't be set", name)
		}
		headers.Set(name, value)
	}
	headers.Set("User-Agent", config.UserAgent)
	headers.Set("Accept-Encoding", "gzip")
	if config.Workspace != "" {
		headers.Set(WorkspaceHeader, config.Workspace)
	}
	for name, values := range headers {
		if strings.ContainsFunc(values[0], func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			field := "Headers"
			if name == http.CanonicalHeaderKey(WorkspaceHeader) && config.Workspace != "" {
				field = "Workspace"
			}
			return nil, wrong(field, "the value of the header %s holds a line break or another control character", name)
		}
	}
	if !validHeaderName(config.TokenHeader) {
		return nil, wrong("TokenHeader", "%q is not a header name", config.TokenHeader)
	}
	for _, secret := range []struct{ field, name, value string }{
		{"Token", "token", config.Token}, {"Username", "user name", config.Username}, {"Password", "password", config.Password},
	} {
		if strings.ContainsAny(secret.value, "\r\n\x00") {
			return nil, wrong(secret.field, "the %s holds a line break: was it read from a file with one at its end?", secret.name)
		}
	}
	return headers, nil
}

func validHeaderName(name string) bool {
	const others = "!#$%&'*+-.^_`|~"
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	})
}

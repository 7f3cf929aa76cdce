package mlflow

import (
	"fmt"
	"net/http"
	"strings"
)

// WorkspaceHeader carries the workspace of a request (MLflow 3.10, WORKSPACE_HEADER_NAME).
const WorkspaceHeader = "X-MLFLOW-WORKSPACE"

// headerTransport adds the headers that every request carries.
type headerTransport struct {
	next    http.RoundTripper
	headers http.Header
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
	return t.next.RoundTrip(request)
}

// fixedHeaders returns the headers of the configuration. Its errors name a header and never show a value.
func fixedHeaders(config Config) (http.Header, error) {
	headers := http.Header{}
	for name, value := range config.Headers {
		if !validHeaderName(name) {
			return nil, fmt.Errorf("%q is not a header name", name)
		}
		if strings.EqualFold(name, "Host") || strings.EqualFold(name, "Content-Length") {
			return nil, fmt.Errorf("the header %s can't be set", name)
		}
		headers.Set(name, value)
	}
	headers.Set("User-Agent", config.UserAgent)
	if config.Workspace != "" {
		headers.Set(WorkspaceHeader, config.Workspace)
	}
	for name, values := range headers {
		if strings.ContainsFunc(values[0], func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return nil, fmt.Errorf("the value of the header %s holds a line break or another control character", name)
		}
	}
	for what, secret := range map[string]string{"token": config.Token, "user name": config.Username, "password": config.Password} {
		if strings.ContainsAny(secret, "\r\n\x00") {
			return nil, fmt.Errorf("the %s holds a line break: was it read from a file with one at its end?", what)
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

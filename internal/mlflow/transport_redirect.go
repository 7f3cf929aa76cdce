package mlflow

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// maxRedirects is enough for a slash and a change to https.
const maxRedirects = 5

// redirectError is a redirect that is not followed. Nothing has been done: a redirect is the whole answer.
type redirectError struct {
	status  int
	fault   registry.Fault
	message string
}

func (e *redirectError) Error() string { return e.message }

// checkRedirect follows a redirect only to the same server and with the same method. Credentials and
// headers are added to every request, so they would go wherever a redirect points; and net/http turns a
// redirected POST into a GET for 301, 302 and 303, which would be a read instead of the write.
func checkRedirect(next *http.Request, earlier []*http.Request) error {
	first := earlier[0]
	refuse := func(format string, arguments ...any) error {
		status := 0
		if next.Response != nil {
			status = next.Response.StatusCode
		}
		return &redirectError{status: status, fault: registry.FaultRedirect, message: fmt.Sprintf(format, arguments...)}
	}
	// Without query and user: a redirect to a login page carries a token there.
	target := (&url.URL{Scheme: next.URL.Scheme, Host: next.URL.Host, Path: next.URL.Path}).String()
	switch {
	case !sameServer(first.URL, next.URL):
		return refuse("the server redirects to %s, which is another server: credentials do not follow there; "+
			"check tracking_uri, or log in to what stands before the server", target)
	case next.Method != first.Method:
		return refuse("the server redirects to %s in a way that loses the %s: set tracking_uri to the address it "+
			"redirects to", target, first.Method)
	case len(earlier) > maxRedirects:
		return refuse("the server redirects more than %d times, at last to %s", maxRedirects, target)
	}
	return nil
}

// sameServer says whether next is the server of base: the same scheme, host and port, or its https on the
// standard port where base is its http on the standard port.
func sameServer(base, next *url.URL) bool {
	if base.Hostname() != next.Hostname() {
		return false
	}
	if base.Scheme == next.Scheme {
		return port(base) == port(next)
	}
	return base.Scheme == "http" && port(base) == "80" && next.Scheme == "https" && port(next) == "443"
}

func port(address *url.URL) string {
	switch {
	case address.Port() != "":
		return address.Port()
	case address.Scheme == "https":
		return "443"
	}
	return "80"
}

package serve

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// protect puts what a listening server needs before the registry: the log, the check of the Host and Origin
// headers, the credentials, and the bound on a request's size.
func protect(next http.Handler, given options, log *slog.Logger) http.Handler {
	next = http.MaxBytesHandler(next, maxBody)
	if len(given.credentials) > 0 {
		next = requireCredential(next, given.credentials)
	}
	return logRequests(requireKnownHost(next, given.mayBeCalled), log)
}

// mayBeCalled reports whether the server is to answer requests to host. A browser that was tricked sends the name of
// another site, which was made to mean this machine (DNS rebinding): no such name is an IP address.
func (o *options) mayBeCalled(host string) bool {
	listening, _, _ := net.SplitHostPort(o.listen)
	names := append(strings.Split(o.allowedHosts, ","), listening, "localhost")
	if slices.ContainsFunc(names, func(name string) bool { return name != "" && strings.EqualFold(strings.TrimSpace(name), host) }) {
		return true
	}
	if isLoopback(listening) {
		return isLoopback(host)
	}
	return net.ParseIP(host) != nil
}

// requireKnownHost refuses requests that a browser was tricked into: from a page of another site, or to a host that
// is none of the server's. MLflow answers both the same way. A browser says itself that a request comes from another site,
// also where it sends no Origin: for an image, a script or a link.
func requireKnownHost(next http.Handler, known func(host string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		origin := request.Header.Get("Origin")
		switch {
		case !known(hostOf(request.Host)):
			http.Error(w, "Invalid Host header - possible DNS rebinding attack detected", http.StatusForbidden)
		case origin != "" && !isKnownOrigin(origin, known):
			http.Error(w, "Cross-origin request blocked", http.StatusForbidden)
		case strings.EqualFold(request.Header.Get("Sec-Fetch-Site"), "cross-site"):
			http.Error(w, "Cross-site request blocked", http.StatusForbidden)
		default:
			next.ServeHTTP(w, request)
		}
	})
}

// hostOf returns the host of a Host header, which may have a port.
func hostOf(header string) string {
	if host, _, err := net.SplitHostPort(header); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
}

func isKnownOrigin(origin string, known func(host string) bool) bool {
	parsed, err := url.Parse(origin)
	return err == nil && parsed.Hostname() != "" && known(parsed.Hostname())
}

// logRequests writes one line a request. It holds neither query, headers nor body: they may hold secrets.
func logRequests(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		start := time.Now()
		counted := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(counted, request)
		log.Info("request", "method", request.Method, "path", request.URL.Path, "status", counted.status,
			"bytes", counted.bytes, "duration", time.Since(start), "client", request.RemoteAddr)
	})
}

// statusWriter notes what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int
}

// WriteHeader notes the status.
func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes of the body.
func (s *statusWriter) Write(part []byte) (int, error) {
	written, err := s.ResponseWriter.Write(part)
	s.bytes += written
	return written, err
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

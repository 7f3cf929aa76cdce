package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// protect puts what a listening server needs before the registry: the log, the check of the Host and Origin
// headers, the token, and the bound on a request's size.
func protect(next http.Handler, given options, log *slog.Logger) http.Handler {
	next = http.MaxBytesHandler(next, maxBody)
	if given.token != "" {
		next = requireToken(next, given.token)
	}
	host, _, _ := net.SplitHostPort(given.listen)
	if isLoopback(host) {
		next = requireLocal(next)
	}
	return logRequests(next, log)
}

// requireLocal refuses requests that a browser was tricked into: a page of another site, or a name of another
// site that was made to mean this machine (DNS rebinding). MLflow answers both the same way.
func requireLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		origin := request.Header.Get("Origin")
		switch {
		case !isLoopback(hostOf(request.Host)):
			http.Error(w, "Invalid Host header - possible DNS rebinding attack detected", http.StatusForbidden)
		case origin != "" && !isLocalOrigin(origin):
			http.Error(w, "Cross-origin request blocked", http.StatusForbidden)
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

func isLocalOrigin(origin string) bool {
	parsed, err := url.Parse(origin)
	return err == nil && isLoopback(parsed.Hostname())
}

// requireToken asks for the token as MLflow's client sends MLFLOW_TRACKING_TOKEN. How long the comparison
// takes does not tell how much of a guess is right.
func requireToken(next http.Handler, token string) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		scheme, given, _ := strings.Cut(request.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(strings.TrimSpace(given)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="mlregistry"`)
			http.Error(w, "You are not authenticated. Send the token of the server's --token-file as a bearer token.",
				http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, request)
	})
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

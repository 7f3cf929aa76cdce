package embedded

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Transport returns a RoundTripper that hands every request to handler in this process, without a socket.
// It is safe for concurrent use. A request whose context ends is given up at once with the context's error;
// whether a write took effect by then is as unknown as with a real server. A panic of the handler becomes an
// error of that request.
func Transport(handler http.Handler) http.RoundTripper {
	return &transport{handler: handler}
}

type transport struct{ handler http.Handler }

// RoundTrip serves one request.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	served := request.Clone(ctx)
	served.Body = io.NopCloser(bytes.NewReader(body))
	served.ContentLength = int64(len(body))
	served.RequestURI = request.URL.RequestURI()
	served.RemoteAddr = "embedded"
	served.Proto, served.ProtoMajor, served.ProtoMinor = "HTTP/1.1", 1, 1
	if served.Host == "" {
		served.Host = request.URL.Host
	}

	answer := &recorder{header: http.Header{}}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				done <- fmt.Errorf("embedded registry: panic while serving %s %s: %v", request.Method, request.URL.Path, cause)
			}
		}()
		t.handler.ServeHTTP(answer, served)
		done <- nil
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-done:
		if err != nil {
			return nil, err
		}
		return answer.response(request), nil
	}
}

// readBody reads and closes the body, as a RoundTripper must also when it fails.
func readBody(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(request.Body)
	if closing := request.Body.Close(); err == nil {
		err = closing
	}
	return body, err
}

// recorder is the http.ResponseWriter of one request; only the goroutine that serves it writes to it.
type recorder struct {
	header http.Header
	sent   http.Header
	status int
	body   net.Buffers
	size   int64
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status, r.sent = status, r.header.Clone()
	}
}

func (r *recorder) Write(part []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.writePiece(bytes.Clone(part))
	return len(part), nil
}

// writePiece takes over part.
func (r *recorder) writePiece(part []byte) {
	r.body = append(r.body, part)
	r.size += int64(len(part))
}

func (r *recorder) response(request *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	r.sent.Set("Date", time.Now().UTC().Format(http.TimeFormat)) // as net/http does for a socket
	if request.Method == http.MethodHead {
		r.body, r.size = nil, 0
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", r.status, http.StatusText(r.status)),
		StatusCode:    r.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        r.sent,
		Body:          io.NopCloser(&r.body),
		ContentLength: r.size,
		Request:       request,
	}
}

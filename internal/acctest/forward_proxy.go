package acctest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// ForwardProxy is a company's way out: an HTTP proxy that knows names which this machine does not. Whatever host it is
// asked for, it connects to one address of this machine.
type ForwardProxy struct {
	// URL is the address of the proxy, with the credentials that it wants.
	URL string

	target string // host and port
	wants  string // the header Proxy-Authorization
	plain  *httputil.ReverseProxy
	mutex  sync.Mutex
	asked  []string
}

// NewForwardProxy starts a proxy in front of the server at address, a URL. With a user name and password it lets only them
// through.
func NewForwardProxy(t testing.TB, address, username, password string) *ForwardProxy {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &ForwardProxy{target: target.Host}
	p.plain = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: p.target}) }}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.URL = server.URL
	if username != "" {
		request := http.Request{Header: http.Header{}}
		request.SetBasicAuth(username, password)
		p.wants = request.Header.Get("Authorization")
		p.URL = strings.Replace(server.URL, "://", "://"+url.UserPassword(username, password).String()+"@", 1)
	}
	return p
}

// Asked returns the hosts that clients have asked for, each once.
func (p *ForwardProxy) Asked() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(p.asked)))
}

// ServeHTTP forwards a request, or opens a tunnel for CONNECT.
func (p *ForwardProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.wants != "" && r.Header.Get("Proxy-Authorization") != p.wants {
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	p.mutex.Lock()
	p.asked = append(p.asked, r.Host)
	p.mutex.Unlock()
	if r.Method == http.MethodConnect {
		p.tunnel(w)
		return
	}
	p.plain.ServeHTTP(w, r)
}

func (p *ForwardProxy) tunnel(w http.ResponseWriter) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()
		return
	}
	go func() { _, _ = io.Copy(server, buffered); _ = server.Close() }()
	_, _ = io.Copy(client, server)
	_ = client.Close()
}

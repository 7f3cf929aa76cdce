package provider_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// company is a registry as a company runs it: behind a proxy that wants a password, TLS with an authority of its own,
// a client certificate, a path prefix and a token.
type company struct {
	authority *acctest.Authority
	proxy     *acctest.ForwardProxy
	client    string // PEM file with certificate and key

	mutex  sync.Mutex
	accept func(http.Header) bool
	got    []http.Header
}

const companyURI = "https://mlflow.company.test/platform/mlflow"

func newCompany(t *testing.T, registry *acctest.Registry) *company {
	t.Helper()
	c := &company{authority: acctest.NewAuthority(t)}
	tomorrow := time.Now().Add(24 * time.Hour)
	c.client = acctest.TemporaryFile(t, "client.pem", c.authority.Issue("robot", tomorrow).PEM())
	backend, err := url.Parse(registry.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(backend)
		registry.AuthorizeUser(r.Out) // The registry of the test knows neither the company's users nor its workspaces.
	}}
	server := httptest.NewUnstartedServer(http.StripPrefix("/platform/mlflow", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mutex.Lock()
		c.got = append(c.got, r.Header.Clone())
		accepted := c.accept == nil || c.accept(r.Header)
		c.mutex.Unlock()
		if !accepted {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "token expired")
			return
		}
		if strings.HasSuffix(r.URL.Path, "/server-info") {
			_, _ = io.WriteString(w, `{"workspaces_enabled": true}`)
			return
		}
		forward.ServeHTTP(w, r)
	})))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: c.authority.Pool(),
		Certificates: []tls.Certificate{c.authority.Issue("mlflow.company.test", tomorrow).TLS()},
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	c.proxy = acctest.NewForwardProxy(t, server.URL, "ann", "pr0xy/word")
	return c
}

// everyRequestHas fails the test unless every request since the last call had these headers.
func (c *company) everyRequestHas(t *testing.T, want map[string]string) {
	t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.got) < 3 {
		t.Errorf("%d requests", len(c.got))
	}
	for _, header := range c.got {
		for name, value := range want {
			if header.Get(name) != value {
				t.Errorf("%s is %q, want %q", name, header.Get(name), value)
			}
		}
	}
	c.got = nil
}

// Everything at once, by attributes and by the variables of the Python SDK: the same registry, the same way.
func TestAccConnection_company(t *testing.T) {
	for _, by := range []string{"attributes", "variables"} {
		t.Run(by, func(t *testing.T) {
			w := newWorkspace(t)
			company := newCompany(t, w.Registry)
			authorities := acctest.TemporaryFile(t, "company.pem", company.authority.PEM)
			w.Setenv("HOME", t.TempDir())
			if by == "attributes" {
				w.URI, w.otherAccess = companyURI, true
				w.settings = fmt.Sprintf("  server_cert_path = %q\n  client_cert_path = %q\n  proxy_url = %q\n  token = \"t0ken\"\n  workspace = \"team-a\"\n"+
					"  request_timeout = 30\n  max_retries = 2\n  backoff_factor = 0.1\n  backoff_jitter = 0\n  respect_retry_after = false\n  max_concurrent_requests = 2",
					authorities, company.client, company.proxy.URL)
			} else {
				w.bare, w.otherAccess = true, true
				for name, value := range map[string]string{
					"MLFLOW_TRACKING_URI": "http://127.0.0.1:1", "MLFLOW_REGISTRY_URI": companyURI, "MLFLOW_TRACKING_SERVER_CERT_PATH": authorities,
					"MLFLOW_TRACKING_CLIENT_CERT_PATH": company.client, "HTTPS_PROXY": company.proxy.URL, "HTTP_PROXY": "http://127.0.0.1:1",
					"NO_PROXY": "other.company.test", "MLFLOW_TRACKING_TOKEN": "t0ken", "MLFLOW_WORKSPACE": "team-a",
				} {
					w.Setenv(name, value)
				}
			}
			w.config(declaredModel, version("v1", source(1), stage("Production")))
			w.MustApply()
			w.wantProduction("1")
			w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production")))
			w.MustApply()
			w.wantProduction("2")
			w.emptyPlan()
			company.everyRequestHas(t, map[string]string{"Authorization": "Bearer t0ken", "X-Mlflow-Workspace": "team-a"})
			if asked := strings.Join(company.proxy.Asked(), " "); asked != "mlflow.company.test:443" {
				t.Errorf("the proxy was asked for %s", asked)
			}
		})
	}
}

// A command prints tokens that the server takes for one plan or apply only: each process runs it once, and once more when
// its token has been refused.
func TestAccConnection_exec(t *testing.T) {
	w := newWorkspace(t)
	company := newCompany(t, w.Registry)
	runs := acctest.TemporaryFile(t, "runs", nil)
	w.Setenv("HOME", t.TempDir())
	w.URI, w.otherAccess = companyURI, true
	w.settings = fmt.Sprintf(`  server_cert_pem = <<-EOT
%s
  EOT
  client_cert_path = %q
  proxy_url        = %q
  username         = "ann"
  password         = "mlfl0w"
  exec = {
    command = "sh"
    args    = ["-c", "echo run >>$RUNS; printf '{\"kind\": \"ExecCredential\", \"status\": {\"token\": \"token-%%d\"}}' $(wc -l <$RUNS)"]
    env     = { RUNS = %q }
    header  = "X-Identity"
    scheme  = ""
    timeout = 20
  }`, company.authority.PEM, company.client, company.proxy.URL, runs)
	company.accept = func(header http.Header) bool { return header.Get("X-Identity") != "token-1" } // The first one is stale.
	var models []string
	for index := range 12 {
		models = append(models, fmt.Sprintf("resource \"mlregistry_registered_model\" \"m%d\" {\n  name = \"MODEL-%[1]d\"\n}\n", index))
	}
	w.config(models...)
	t.Cleanup(func() { w.Destroy() })
	w.MustApply()
	if got := strings.Count(readFile(t, "", runs), "run"); got != 2 && got != 3 {
		// The plan of an apply may need no request: then its second process is the first to ask.
		t.Errorf("the command ran %d times", got)
	}
	company.mutex.Lock()
	seen := map[string]int{}
	for _, header := range company.got {
		seen[header.Get("X-Identity")+" "+header.Get("Authorization")]++
	}
	company.mutex.Unlock()
	const basic = "Basic YW5uOm1sZmwwdw=="
	if seen["token-2 "+basic] < 12 || seen["token-1 "+basic] == 0 {
		t.Errorf("credentials of the requests: %v", seen)
	}
	w.emptyPlan()
}

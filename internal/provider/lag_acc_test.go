package provider_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// lagging is an embedded registry whose reads come from copies of its file that are some time behind, as those of an MLflow server
// with --read-replica-backend-store-uri do: for tests without such a server. As MLflow 3.17 it answers 404 to tags and aliases that it has
// set, where the copy does not have their model yet.
type lagging struct {
	t       *testing.T
	primary http.Handler
	file    string
	lag     time.Duration

	mu     sync.Mutex
	copies []laggingCopy
}

// laggingCopy is the registry as it was from a moment on.
type laggingCopy struct {
	since   time.Time
	handler http.Handler
}

// newLagging returns a registry that lags, and the same one without a lag for the outsider.
func newLagging(t *testing.T, lag time.Duration) *acctest.Registry {
	t.Helper()
	l := &lagging{t: t, file: filepath.Join(t.TempDir(), "registry.db"), lag: lag}
	l.primary = l.open(l.file)
	l.copies = []laggingCopy{{handler: l.primary}} // Nothing is there yet.
	fresh, behind := httptest.NewServer(http.HandlerFunc(l.write)), httptest.NewServer(l)
	t.Cleanup(fresh.Close)
	t.Cleanup(behind.Close)
	return &acctest.Registry{URI: behind.URL, HTTP: fresh.URL}
}

func (l *lagging) open(file string) http.Handler {
	handler, err := embedded.Open(file)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = handler.Close() })
	return handler
}

// ServeHTTP answers reads from a copy, and writes as MLflow does.
func (l *lagging) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		l.behind().ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		l.t.Error(err)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	answer := httptest.NewRecorder()
	l.write(answer, r)
	if marks := strings.HasSuffix(r.URL.Path, "-tag") || strings.HasSuffix(r.URL.Path, "/alias"); marks && answer.Code == http.StatusOK {
		if sought := l.model(string(body)); sought.Code == http.StatusNotFound {
			answer = sought
		}
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// model asks the copy for the model that a write is about.
func (l *lagging) model(body string) *httptest.ResponseRecorder {
	_, rest, _ := strings.Cut(body, `"name":"`)
	name, _, _ := strings.Cut(rest, `"`)
	answer := httptest.NewRecorder()
	question := httptest.NewRequestWithContext(l.t.Context(), http.MethodGet, "/api/2.0/mlflow/registered-models/get?name="+name, nil)
	l.behind().ServeHTTP(answer, question)
	return answer
}

// behind returns the copy that reads are answered from now.
func (l *lagging) behind() http.Handler {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := len(l.copies) - 1
	for now > 0 && time.Since(l.copies[now].since) < l.lag {
		now--
	}
	return l.copies[now].handler
}

// write makes a request in the registry itself, and a copy after one that may have changed it.
func (l *lagging) write(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.primary.ServeHTTP(w, r)
	if r.Method == http.MethodGet {
		return
	}
	copied := filepath.Join(l.t.TempDir(), fmt.Sprintf("copy%d.db", len(l.copies)))
	for _, part := range []string{"", "-wal"} {
		content, err := os.ReadFile(l.file + part)
		if err == nil {
			err = os.WriteFile(copied+part, content, 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			l.t.Error(err)
		}
	}
	if len(l.copies) == 1 {
		l.copies[0].handler = l.open(filepath.Join(l.t.TempDir(), "nothing.db"))
	}
	l.copies = append(l.copies, laggingCopy{time.Now(), l.open(copied)})
}

// Where reads lag behind writes, applies end as they do elsewhere: nothing is done twice, nobody is accused, and the plan that follows is
// empty. On a server under test they lag as it does (make test-mlflow BACKEND=postgres-replica LAG=300).
func TestAccLag(t *testing.T) {
	const attachments = `
resource "mlregistry_model_alias" "a" {
  model_name = mlregistry_registered_model.m.name
  alias      = "champion"
  version    = mlregistry_model_version.%s.version
}
resource "mlregistry_model_version_tag" "t" {
  model_name = mlregistry_registered_model.m.name
  version    = mlregistry_model_version.v1.version
  key        = "checked"
  value      = %q
}
resource "mlregistry_registered_model_tag" "t" {
  model_name = mlregistry_registered_model.m.name
  key        = "owner"
  value      = %q
}
`
	labels := func(text string) string { return fmt.Sprintf("description = %q\n  tags = { team = %q }", text, text) }
	lags := []time.Duration{20 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond}
	if os.Getenv(acctest.URIVariable) != "" {
		lags = []time.Duration{0}
	}
	for _, lag := range lags {
		t.Run(lag.String(), func(t *testing.T) {
			s := newScenario(t)
			s.atOnce = true
			if lag > 0 {
				s.Registry, s.model = newLagging(t, lag), "fraud"
			}
			one, two := fmt.Sprintf(attachments, "v1", "a", "a"), fmt.Sprintf(attachments, "v2", "b", "b")
			alias := func(number string) statecheck.StateCheck {
				return s.compares("the alias", func() any { return s.Aliases(t, s.model)["champion"] }, number)
			}
			count := func(number int) statecheck.StateCheck {
				return s.compares("the number of versions", func() any { return fmt.Sprint(len(s.Versions(t, s.model))) }, fmt.Sprint(number))
			}
			s.run(
				resource.TestStep{
					Config:            s.hcl(declaredModel, version("v1", source(1), labels("a"), stage("Production")), one),
					ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), alias("1"), count(1)},
				},
				resource.TestStep{
					Config: s.hcl(declaredModel, version("v1", source(1), labels("b"), stage("Archived")),
						version("v2", source(2), labels("b"), stage("Production")), two),
					ConfigStateChecks: []statecheck.StateCheck{s.holds("2"), alias("2"), count(2)},
				},
				resource.TestStep{
					Config: s.hcl(declaredModel, version("v1", source(1), labels("a"), stage("Production")),
						version("v2", source(2), labels("b"), stage("Archived")), one),
					ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), alias("1"), count(2)},
				},
				resource.TestStep{
					Config:            s.hcl(declaredModel, version("v1", source(1), labels("a"), stage("Production"))),
					ConfigStateChecks: []statecheck.StateCheck{s.holds("1"), count(2)},
				},
			)
		})
	}
}

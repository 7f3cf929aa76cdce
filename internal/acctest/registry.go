package acctest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// URIVariable names the environment variable that points the tests at a real server, such as
// http://127.0.0.1:5000. When it is empty every test gets an embedded registry of its own.
const URIVariable = "MLREGISTRY_TEST_URI"

// BackendVariable names the environment variable that says what the real server keeps its data in: sqlite, postgres,
// postgres-replica or mariadb; empty means that nobody knows. tools/with-mlflow.sh sets it.
const BackendVariable = "MLREGISTRY_TEST_BACKEND"

// Registry is a registry under test, seen by an outsider: its methods are plain HTTP requests, and any
// failure of one ends the test.
type Registry struct {
	// URI is what the provider under test gets as tracking_uri.
	URI string
	// HTTP is the address at which the same registry answers HTTP, for the outsider and for a Proxy.
	HTTP string
	// User are the credentials that the provider under test gets; none on a server without users.
	User Credentials
	// Workspace is the workspace that the provider under test gets; empty on a server without workspaces.
	Workspace string

	real    bool
	admin   Credentials
	backend string
	fresh   string
	// handler answers for an embedded registry; nil for a real one.
	handler http.Handler
}

// NewRegistry returns the server that MLREGISTRY_TEST_URI names or, without it, an embedded registry on a
// temporary file. The embedded one is opened a second time for the outsider, as another process would.
func NewRegistry(t testing.TB) *Registry {
	t.Helper()
	if server := serverUnderTest(); server.real {
		return server
	}
	return newEmbedded(t)
}

// serverUnderTest returns the server that MLREGISTRY_TEST_URI names; one that is not real without it.
func serverUnderTest() *Registry {
	uri := strings.TrimRight(os.Getenv(URIVariable), "/")
	if uri == "" {
		return &Registry{}
	}
	return &Registry{
		URI: uri, HTTP: uri, real: true, Workspace: os.Getenv(WorkspaceVariable),
		User: credentialsFrom(UserVariable), admin: credentialsFrom(AdminVariable), backend: os.Getenv(BackendVariable), fresh: freshURI(),
	}
}

// NewEmptyRegistry returns a registry that holds nothing, for names that others use as well. A real server must hold no model, so
// that nobody's is taken for the test's, and whatever it holds when the test ends is deleted.
func NewEmptyRegistry(t testing.TB) *Registry {
	t.Helper()
	r := NewRegistry(t)
	if !r.real {
		return r
	}
	if held := r.Models(t); len(held) > 0 {
		t.Fatalf("the server at %s holds models, such as %q: this test needs an empty one", r.URI, held[0])
	}
	t.Cleanup(func() {
		for _, name := range r.Models(t) {
			r.DeleteModel(t, name)
		}
	})
	return r
}

// NewEmbeddedRegistry returns an embedded registry on a temporary file, also when MLREGISTRY_TEST_URI is set:
// for tests of what only the embedded one does.
func NewEmbeddedRegistry(t testing.TB) *Registry {
	t.Helper()
	return newEmbedded(t)
}

func newEmbedded(t testing.TB) *Registry {
	t.Helper()
	file := filepath.Join(t.TempDir(), "registry.db")
	outside, err := embedded.Open(file)
	if err != nil {
		t.Fatalf("open the embedded registry for the outsider: %v", err)
	}
	server := httptest.NewServer(outside)
	t.Cleanup(func() {
		server.Close()
		if err := outside.Close(); err != nil {
			t.Errorf("close the outsider's embedded registry: %v", err)
		}
	})
	return &Registry{URI: "embedded:" + file, HTTP: server.URL, handler: outside}
}

// Real reports whether the registry is a server outside this process, which other tests use as well.
func (r *Registry) Real() bool { return r.real }

// UniqueName returns a model name that starts with prefix and that no other test and no other run uses. On a
// real server the model of that name is deleted when the test ends.
func (r *Registry) UniqueName(t testing.TB, prefix string) string {
	t.Helper()
	random := make([]byte, 5)
	if _, err := rand.Read(random); err != nil {
		t.Fatalf("draw a random name: %v", err)
	}
	name := prefix + "-" + hex.EncodeToString(random)
	if r.real {
		t.Cleanup(func() {
			if r.ModelExists(t, name) {
				r.DeleteModel(t, name)
			}
		})
	}
	return name
}

package mlflow_test

import (
	"net/http"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	noPage     = "<!doctype html><title>404 Not Found</title><h1>Not Found</h1>"
	notAllowed = "<!doctype html><title>405 Method Not Allowed</title><h1>Method Not Allowed</h1>"
)

// The answers are those of the servers named; only the order of the requests is ours.
func TestServerFacts(t *testing.T) {
	noName := fails(400, "INVALID_PARAMETER_VALUE", "Missing value for required parameter 'username'.")
	info := says(200, `{"store_type": "SqlStore", "workspaces_enabled": true}`)
	for name, one := range map[string]struct {
		script []reply
		want   registry.Server
	}{
		"MLflow 3.17 with workspaces and basic-auth": {
			[]reply{says(200, "3.17.2"), info, says(405, notAllowed), says(200, "{}"), noName},
			registry.Server{Version: "3.17.2", Stages: true, Webhooks: true, Workspaces: true, Permissions: true},
		},
		"the same, for somebody who may not see webhooks": {
			[]reply{says(200, "3.17.2"), info, says(405, notAllowed), says(403, "Permission denied"), says(403, "Permission denied")},
			registry.Server{Version: "3.17.2", Stages: true, Webhooks: true, Workspaces: true, Permissions: true},
		},
		"MLflow 2.9.2": {
			[]reply{says(200, "2.9.2"), says(404, noPage), says(405, notAllowed), says(404, noPage), says(404, noPage)},
			registry.Server{Version: "2.9.2", Stages: true},
		},
		"a server on a folder of files, whose store has no webhooks": {
			[]reply{says(200, "3.5.0"), says(404, noPage), says(405, notAllowed), says(500, "<h1>Internal Server Error</h1>"), says(404, noPage)},
			registry.Server{Version: "3.5.0", Stages: true},
		},
		"a registry without stages whose other paths are a web page": {
			[]reply{says(200, "<html></html>"), says(200, "<html></html>"), fails(404, "ENDPOINT_NOT_FOUND", "No API found"),
				fails(501, "NOT_IMPLEMENTED", "no"), says(404, noPage), says(200, "{}")},
			registry.Server{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, one.script...).connect().Server(t.Context())
			must(t, err)
			if got != one.want {
				t.Errorf("server %+v, want %+v", got, one.want)
			}
		})
	}
}

func TestServerFactsFail(t *testing.T) {
	_, err := serve(t, says(404, noPage), says(404, noPage), says(404, noPage), says(404, noPage), says(404, noPage), says(404, noPage)).
		connect().Server(t.Context())
	wantKind(t, "no MLflow", err, registry.ErrNotMLflow)

	_, err = serve(t, says(401, "You are not authenticated")).connect().Server(t.Context())
	wantKind(t, "credentials", err, registry.ErrUnauthenticated)

	_, err = serve(t, says(200, "3.17.2"), says(404, noPage), says(405, notAllowed), fails(500, "INTERNAL_ERROR", "database is locked")).
		connect().Server(t.Context())
	wantKind(t, "a database that fails", err, registry.ErrInternal)
}

// A path prefix of the server is a prefix of everything that is asked of it.
func TestServerFactsBelowAPrefix(t *testing.T) {
	server := serve(t, says(200, "3.17.2"), says(404, noPage), says(405, notAllowed), says(404, noPage), says(404, noPage))
	_, err := connect(t, server.URL+"/mlflow").Server(t.Context())
	must(t, err)
	for i, path := range []string{"/version", "/api/3.0/mlflow/server-info", "/api/2.0/mlflow/model-versions/transition-stage",
		"/api/2.0/mlflow/webhooks", "/api/2.0/mlflow/users/get"} {
		if got := server.got[i]; got.URL.Path != "/mlflow"+path || got.Method != http.MethodGet {
			t.Errorf("request %d is %s %s", i+1, got.Method, got.URL.Path)
		}
	}
}

package mlflow_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// oldPrefix answers as MLflow before March 2026 with --static-prefix /mlflow does: the API is at /mlflow/ajax-api, where its page asks,
// and at /api of the host, which a proxy that hands on /mlflow alone does not reach. (Tried with MLflow 2.22.4.)
func oldPrefix(answer reply) reply {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/mlflow/ajax-api/") { // It has no /mlflow/version either.
			answer(w, r)
			return
		}
		says(404, noPage)(w, r)
	}
}

func pathsOf(server *scriptedServer) []string {
	var paths []string
	for _, request := range server.got {
		paths = append(paths, request.Method+" "+request.URL.Path)
	}
	return paths
}

func TestAnOldStaticPrefixIsFoundOut(t *testing.T) {
	const api, ajax = "/mlflow/api/2.0/mlflow/", "/mlflow/ajax-api/2.0/mlflow/"
	for name, test := range map[string]struct {
		first func(context.Context, *mlflow.Client) error
		reply reply
		kind  error
		path  string
	}{
		"by a read":                 {reads, says(200, aVersion), nil, "GET %smodel-versions/get"},
		"by one that finds nothing": {reads, fails(404, "RESOURCE_DOES_NOT_EXIST", "no"), registry.ErrNotFound, "GET %smodel-versions/get"},
		"by a creation":             {creates, says(200, aVersion), nil, "POST %smodel-versions/create"},
		"by a transition":           {moves, says(200, aVersion), nil, "POST %smodel-versions/transition-stage"},
		"by a removal":              {deletes, says(200, "{}"), nil, "DELETE %smodel-versions/delete"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, oldPrefix(test.reply), oldPrefix(test.reply), oldPrefix(says(200, aVersion)))
			client := connect(t, server.URL+"/mlflow/")
			if err := test.first(t.Context(), client); test.kind == nil {
				must(t, err)
			} else {
				wantKind(t, name, err, test.kind)
			}
			must(t, reads(t.Context(), client)) // At once where the API is.
			want := []string{strings.Replace(test.path, "%s", api, 1), strings.Replace(test.path, "%s", ajax, 1), "GET " + ajax + "model-versions/get"}
			if got := pathsOf(server); !slices.Equal(got, want) {
				t.Errorf("asked %q, want %q", got, want)
			}
			if test.path[:3] != "GET" && server.content[0] != server.content[1] {
				t.Errorf("the body is %q, and then %q", server.content[0], server.content[1])
			}
		})
	}
}

// A call that was at the wrong place while another one found out where the API is goes there as well.
func TestAnOldStaticPrefixIsFoundOutByTwoAtOnce(t *testing.T) {
	first, found := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mlflow/api/2.0/mlflow/model-versions/get" {
			close(first)
			<-found
		}
		oldPrefix(says(200, aVersion))(w, r)
	}))
	t.Cleanup(server.Close)
	client := connect(t, server.URL+"/mlflow")
	failed := make(chan error)
	go func() { failed <- reads(t.Context(), client) }()
	<-first
	must(t, moves(t.Context(), client))
	close(found)
	must(t, <-failed)
}

// Where the API is at /api, nothing else is asked for, also once something is not there.
func TestAnAddressWithAPathCostsNoRequest(t *testing.T) {
	for name, first := range map[string]reply{"success": says(200, aVersion), "an error": fails(404, "RESOURCE_DOES_NOT_EXIST", "no")} {
		server := serve(t, first, says(200, aVersion), says(404, noPage))
		client := connect(t, server.URL+"/mlflow")
		_ = reads(t.Context(), client)
		must(t, reads(t.Context(), client))
		wantKind(t, name, moves(t.Context(), client), registry.ErrNotMLflow)
	}
}

// Without a path there is no prefix, and an address that is of another service stays one: its page is asked for twice, and then
// whether it is a registry at all.
func TestAnotherServiceIsNoOldMLflow(t *testing.T) {
	wantKind(t, "no path", reads(t.Context(), serve(t, says(404, noPage), says(404, noPage)).connect()), registry.ErrNotMLflow)
	server := serve(t, says(404, noPage), says(404, noPage), says(404, noPage), says(404, noPage))
	err := reads(t.Context(), connect(t, server.URL+"/other"))
	wantKind(t, "a path", err, registry.ErrNotMLflow)
	if !strings.Contains(err.Error(), "check tracking_uri: 404 Not Found") {
		t.Error(err)
	}
	want := []string{"GET /other/api/2.0/mlflow/model-versions/get", "GET /other/ajax-api/2.0/mlflow/model-versions/get",
		"GET /other/api/2.0/mlflow/registered-models/search", "GET /other/ajax-api/2.0/mlflow/registered-models/search"}
	if got := pathsOf(server); !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// What a server has is found out below its old prefix as well.
func TestServerFactsBelowAnOldPrefix(t *testing.T) {
	server := serve(t, oldPrefix(nil), oldPrefix(nil), oldPrefix(nil), oldPrefix(says(405, notAllowed)), oldPrefix(says(404, noPage)),
		oldPrefix(says(404, noPage)))
	got, err := connect(t, server.URL+"/mlflow").Server(t.Context())
	must(t, err)
	if want := (registry.Server{Stages: true}); got != want {
		t.Errorf("server %+v, want %+v", got, want)
	}
}

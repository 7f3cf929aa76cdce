package embedded

import (
	"net/http"
	"strings"
)

// MLflowVersion is the MLflow release whose behaviour the registry has; GET /version answers it.
const MLflowVersion = "3.18.0"

// Registry is a model registry kept in one SQLite file. It is an http.Handler that answers MLflow's registry
// REST API, safe for concurrent use, also by several processes on the same file.
type Registry struct {
	storage *storage
	routes  map[string]route
}

// Open returns the registry kept in the file at path. It creates nothing: the file comes into being with the
// first write, and until then the registry answers as an empty one. Its folder must exist by then.
//
// What can be told at once is refused with an error that wraps registry.ErrStorage: a path that is a folder,
// a file that is no SQLite database, is damaged, belongs to another application, or was written by a newer
// version of this registry. Such a file is left as it is.
func Open(path string) (*Registry, error) {
	storage, err := openStorage(path)
	if err != nil {
		return nil, err
	}
	return &Registry{storage: storage, routes: routes()}, nil
}

// Close closes the file. Requests after Close are answered with 500 INTERNAL_ERROR.
func (r *Registry) Close() error { return r.storage.close() }

// ServeHTTP answers one request of MLflow's registry REST API.
func (r *Registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	found, ok := r.routes[request.URL.Path]
	if !ok {
		writePage(w, http.StatusNotFound)
		return
	}
	operation, ok := found[request.Method]
	if !ok && request.Method == http.MethodHead {
		operation, ok = found[http.MethodGet]
	}
	switch {
	case !ok && request.Method == http.MethodOptions:
		w.Header().Set("Allow", found.allow())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strings.Contains(request.URL.Path, "/mlflow/") { // MLflow answers for its API itself, and Flask for the rest.
			w.WriteHeader(http.StatusNoContent)
		}
	case !ok:
		w.Header().Set("Allow", found.allow())
		writePage(w, http.StatusMethodNotAllowed)
	default:
		operation.answer(w, request, r.storage)
	}
}

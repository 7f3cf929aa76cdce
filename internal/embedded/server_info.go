package embedded

import (
	"io"
	"net/http"
)

// fixedText answers with a text that is always the same.
type fixedText struct{ contentType, body string }

func (f fixedText) answer(w http.ResponseWriter, _ *http.Request, _ *storage) {
	w.Header().Set("Content-Type", f.contentType)
	// A client that went away is all that can fail here.
	_, _ = io.WriteString(w, f.body)
}

// serverInfo answers GET /api/3.0/mlflow/server-info: a server with a database, without workspaces, and,
// unlike MLflow's own, without artifacts or a gateway.
type serverInfo struct{}

func (serverInfo) answer(w http.ResponseWriter, _ *http.Request, _ *storage) {
	writeJSON(w, http.StatusOK, map[string]any{
		"store_type":                          "SqlStore",
		"workspaces_enabled":                  false,
		"trace_archival_enabled":              false,
		"multipart_uploads_enabled":           false,
		"multipart_downloads_enabled":         false,
		"presigned_upload_run_id_supported":   false,
		"presigned_upload_model_id_supported": false,
		"features_enabled":                    map[string]bool{"gateway": false},
	})
}

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
// unlike MLflow's own, without artifacts, skills or a gateway.
type serverInfo struct{}

func (serverInfo) answer(w http.ResponseWriter, _ *http.Request, _ *storage) {
	writeJSON(w, http.StatusOK, map[string]any{
		"store_type":                                   "SqlStore",
		"workspaces_enabled":                           false,
		"trace_archival_enabled":                       false,
		"multipart_uploads_enabled":                    false,
		"multipart_downloads_enabled":                  false,
		"artifact_serving_enabled":                     false,
		"artifacts_presigned_only":                     false,
		"skill_content_max_size":                       0,
		"skill_content_max_files":                      0,
		"presigned_upload_run_id_supported":            false,
		"presigned_upload_model_id_supported":          false,
		"model_artifact_presigned_downloads_supported": false,
		"tracking_auth":                                "",
		"features_enabled":                             map[string]bool{"gateway": false, "scheduled_issue_detection": false},
	})
}

package acctest

import (
	"net/http"
	"testing"
)

// CreatePrompt registers one of MLflow's prompts with one version, in the requests that mlflow.genai.register_prompt makes
// (store/model_registry/abstract_store.py).
func (r *Registry) CreatePrompt(t testing.TB, name, template string) {
	t.Helper()
	marker := tag{"mlflow.prompt.is_prompt", "true"}
	r.call(t, http.MethodPost, "registered-models/create", nil, object{"name": name, "tags": []tag{marker}}, nil)
	r.call(t, http.MethodPost, "model-versions/create", nil, object{
		"name": name, "source": "prompt-template", "tags": []tag{marker, {"mlflow.prompt.text", template}},
	}, nil)
	if r.HasUsers() && r.Workspace != "" { // MLflow guards prompts apart from models, and a workspace has no default permission.
		r.grant(t, "prompt", name, "READ")
	}
}

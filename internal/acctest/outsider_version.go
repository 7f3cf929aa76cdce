package acctest

import (
	"net/http"
	"net/url"
	"testing"
)

// modelVersion is the part of a model version the tests ask about.
type modelVersion struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	Stage       string `json:"current_stage"`
	Source      string `json:"source"`
	Description string `json:"description"`
	Tags        []tag  `json:"tags"`
}

func (r *Registry) version(t testing.TB, model, version string) modelVersion {
	t.Helper()
	one := []modelVersion{r.rawVersion(t, model, version)}
	if err := r.staged(model, one); err != nil {
		t.Fatalf("outsider: %v", err)
	}
	return one[0]
}

// rawVersion returns a version as the server has it.
func (r *Registry) rawVersion(t testing.TB, model, version string) modelVersion {
	t.Helper()
	var result struct {
		Version modelVersion `json:"model_version"`
	}
	r.call(t, http.MethodGet, "model-versions/get", versionQuery(model, version), nil, &result)
	return result.Version
}

func versionQuery(model, version string) url.Values {
	return url.Values{"name": {model}, "version": {version}}
}

// CreateVersion registers a version of a model and returns its number. The source is a URI such as
// s3://bucket/path: MLflow refuses a local path without a run.
func (r *Registry) CreateVersion(t testing.TB, model, source string) string {
	t.Helper()
	var result struct {
		Version modelVersion `json:"model_version"`
	}
	r.call(t, http.MethodPost, "model-versions/create", nil, object{"name": model, "source": source}, &result)
	return result.Version.Version
}

// RunID returns the ID of a run for a new version to name. A server with users asks for a run that exists, and for READ on its
// experiment; others look at neither, and the ID is made up.
func (r *Registry) RunID(t testing.TB) string {
	t.Helper()
	if !r.HasUsers() {
		return "0123456789abcdef0123456789abcdef"
	}
	var experiment struct {
		ID string `json:"experiment_id"`
	}
	r.call(t, http.MethodPost, "experiments/create", nil, object{"name": r.UniqueName(t, "experiment")}, &experiment)
	var run struct {
		Run struct {
			Info struct {
				ID string `json:"run_id"`
			} `json:"info"`
		} `json:"run"`
	}
	r.call(t, http.MethodPost, "runs/create", nil, object{"experiment_id": experiment.ID}, &run)
	r.grant(t, "experiment", experiment.ID, "READ")
	return run.Run.Info.ID
}

// VersionExists reports whether the model has that version.
func (r *Registry) VersionExists(t testing.TB, model, version string) bool {
	t.Helper()
	return r.exists(t, "model-versions/get", versionQuery(model, version))
}

// DeleteVersion deletes a version.
func (r *Registry) DeleteVersion(t testing.TB, model, version string) {
	t.Helper()
	r.call(t, http.MethodDelete, "model-versions/delete", nil, object{"name": model, "version": version}, nil)
}

// VersionSource returns the source a version was registered with.
func (r *Registry) VersionSource(t testing.TB, model, version string) string {
	t.Helper()
	return r.version(t, model, version).Source
}

// DescribeVersion replaces a version's description.
func (r *Registry) DescribeVersion(t testing.TB, model, version, description string) {
	t.Helper()
	body := object{"name": model, "version": version, "description": description}
	r.call(t, http.MethodPatch, "model-versions/update", nil, body, nil)
}

// VersionDescription returns a version's description.
func (r *Registry) VersionDescription(t testing.TB, model, version string) string {
	t.Helper()
	return r.version(t, model, version).Description
}

// SetVersionTag sets one tag of a version.
func (r *Registry) SetVersionTag(t testing.TB, model, version, key, value string) {
	t.Helper()
	body := object{"name": model, "version": version, "key": key, "value": value}
	r.call(t, http.MethodPost, "model-versions/set-tag", nil, body, nil)
}

// DeleteVersionTag removes one tag of a version.
func (r *Registry) DeleteVersionTag(t testing.TB, model, version, key string) {
	t.Helper()
	body := object{"name": model, "version": version, "key": key}
	r.call(t, http.MethodDelete, "model-versions/delete-tag", nil, body, nil)
}

// VersionTags returns all tags of a version.
func (r *Registry) VersionTags(t testing.TB, model, version string) map[string]string {
	t.Helper()
	return tagMap(r.version(t, model, version).Tags)
}

package acctest

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// registeredModel is the part of a registered model the tests ask about.
type registeredModel struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Tags        []tag  `json:"tags"`
	Aliases     []struct {
		Alias   string `json:"alias"`
		Version string `json:"version"`
	} `json:"aliases"`
}

func (r *Registry) model(t testing.TB, name string) registeredModel {
	t.Helper()
	var result struct {
		Model registeredModel `json:"registered_model"`
	}
	r.call(t, http.MethodGet, "registered-models/get", url.Values{"name": {name}}, nil, &result)
	return result.Model
}

// CreateModel registers a model. The provider's user, if the server has users, may manage it, as one that the user
// created.
func (r *Registry) CreateModel(t testing.TB, name string) {
	t.Helper()
	r.CreateForeignModel(t, name)
	if r.User.Username != "" {
		r.Grant(t, name, "MANAGE")
	}
}

// CreateForeignModel registers a model without giving the provider's user any right.
func (r *Registry) CreateForeignModel(t testing.TB, name string) {
	t.Helper()
	r.call(t, http.MethodPost, "registered-models/create", nil, object{"name": name}, nil)
}

// Models returns the names of the models and prompts that the first pages of searches for them all have.
func (r *Registry) Models(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, filter := range []string{"", "tags.`mlflow.prompt.is_prompt` = 'true'"} {
		var found struct {
			Models []registeredModel `json:"registered_models"`
		}
		r.call(t, http.MethodGet, "registered-models/search", url.Values{"max_results": {"1000"}, "filter": {filter}}, nil, &found)
		for _, model := range found.Models {
			names = append(names, model.Name)
		}
	}
	return names
}

// ModelExists reports whether the model is registered.
func (r *Registry) ModelExists(t testing.TB, name string) bool {
	t.Helper()
	return r.exists(t, "registered-models/get", url.Values{"name": {name}})
}

// DeleteModel deletes a model with all its versions.
func (r *Registry) DeleteModel(t testing.TB, name string) {
	t.Helper()
	r.call(t, http.MethodDelete, "registered-models/delete", nil, object{"name": name}, nil)
}

// DescribeModel replaces a model's description.
func (r *Registry) DescribeModel(t testing.TB, name, description string) {
	t.Helper()
	r.call(t, http.MethodPatch, "registered-models/update", nil, object{"name": name, "description": description}, nil)
}

// ModelDescription returns a model's description.
func (r *Registry) ModelDescription(t testing.TB, name string) string {
	t.Helper()
	return r.model(t, name).Description
}

// SetModelTag sets one tag of a model.
func (r *Registry) SetModelTag(t testing.TB, name, key, value string) {
	t.Helper()
	r.call(t, http.MethodPost, "registered-models/set-tag", nil, object{"name": name, "key": key, "value": value}, nil)
}

// DeleteModelTag removes one tag of a model.
func (r *Registry) DeleteModelTag(t testing.TB, name, key string) {
	t.Helper()
	r.call(t, http.MethodDelete, "registered-models/delete-tag", nil, object{"name": name, "key": key}, nil)
}

// ModelTags returns all tags of a model.
func (r *Registry) ModelTags(t testing.TB, name string) map[string]string {
	t.Helper()
	return tagMap(r.model(t, name).Tags)
}

// SetAlias points an alias of a model at a version, wherever it pointed before.
func (r *Registry) SetAlias(t testing.TB, model, alias, version string) {
	t.Helper()
	body := object{"name": model, "alias": alias, "version": version}
	r.call(t, http.MethodPost, "registered-models/alias", nil, body, nil)
}

// DeleteAlias removes an alias of a model.
func (r *Registry) DeleteAlias(t testing.TB, model, alias string) {
	t.Helper()
	r.call(t, http.MethodDelete, "registered-models/alias", nil, object{"name": model, "alias": alias}, nil)
}

// Aliases returns the version each alias of a model points at.
func (r *Registry) Aliases(t testing.TB, model string) map[string]string {
	t.Helper()
	return r.model(t, model).aliases()
}

// aliases returns the version of each alias.
func (m registeredModel) aliases() map[string]string {
	versions := map[string]string{}
	for _, one := range m.Aliases {
		versions[one.Alias] = one.Version
	}
	return versions
}

// aliased returns the version that clients load by an alias; none if there is no such alias.
func (r *Registry) aliased(model, alias string) ([]string, error) {
	got, err := r.send(http.MethodGet, "registered-models/alias", url.Values{"name": {model}, "alias": {alias}}, nil)
	if err != nil {
		return nil, err
	}
	if code := got.code(); got.status != http.StatusOK && (code == "RESOURCE_DOES_NOT_EXIST" || code == "INVALID_PARAMETER_VALUE") {
		return nil, nil
	}
	var answer struct {
		Version modelVersion `json:"model_version"`
	}
	if err := got.decode(&answer); err != nil {
		return nil, fmt.Errorf("alias %q of %q: %w", alias, model, err)
	}
	return []string{answer.Version.Version}, nil
}

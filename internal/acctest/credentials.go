package acctest

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// Environment variables about the server at MLREGISTRY_TEST_URI. tools/with-mlflow.sh sets them.
const (
	// AdminVariable is NAME:PASSWORD of one who may do everything, if the server has users. The outsider is that one.
	AdminVariable = "MLREGISTRY_TEST_ADMIN"
	// UserVariable is NAME:PASSWORD of the provider under test, who has the rights that the documentation asks for and
	// no others.
	UserVariable = "MLREGISTRY_TEST_USER"
	// WorkspaceVariable is the workspace of outsider and provider, if the server has workspaces.
	WorkspaceVariable = "MLREGISTRY_TEST_WORKSPACE"
)

// workspaceHeader carries the workspace of a request.
const workspaceHeader = "X-MLFLOW-WORKSPACE"

// Credentials are a user's name and password; the zero Credentials are none.
type Credentials struct{ Username, Password string }

func credentialsFrom(variable string) Credentials {
	name, password, _ := strings.Cut(os.Getenv(variable), ":")
	return Credentials{name, password}
}

// authorize gives a request of the outsider its credentials and its workspace.
func (r *Registry) authorize(request *http.Request) {
	if r.admin.Username != "" {
		request.SetBasicAuth(r.admin.Username, r.admin.Password)
	}
	if r.Workspace != "" {
		request.Header.Set(workspaceHeader, r.Workspace)
	}
}

// HasUsers reports whether the server asks for a user name and a password.
func (r *Registry) HasUsers() bool { return r.admin.Username != "" }

// AuthorizeUser gives a request the credentials and the workspace of the provider under test in place of those it has: for
// a test that has the provider send others, which the server does not know.
func (r *Registry) AuthorizeUser(request *http.Request) {
	request.Header.Del("Authorization")
	request.Header.Del(workspaceHeader)
	if r.User.Username != "" {
		request.SetBasicAuth(r.User.Username, r.User.Password)
	}
	if r.Workspace != "" {
		request.Header.Set(workspaceHeader, r.Workspace)
	}
}

// AsUser forwards a request as AuthorizeUser makes it.
func (r *Registry) AsUser(x *exchange) {
	r.AuthorizeUser(x.incoming)
	undisturbed(x)
}

// Grant gives the provider's user a permission on a registered model: READ, USE, EDIT, MANAGE or DENY. It takes the place
// of the one the user had.
func (r *Registry) Grant(t testing.TB, model, permission string) {
	t.Helper()
	r.grant(t, "registered_model", model, permission)
}

// grant gives the provider's user a permission on a resource, with the API of MLflow 3.13 and newer.
func (r *Registry) grant(t testing.TB, kind, id, permission string) {
	t.Helper()
	const endpoint = "/api/3.0/mlflow/users/permissions/"
	held := object{"username": r.User.Username, "resource_type": kind, "resource_id": id}
	// A permission is granted once: the one before has to go first, if there is one.
	got, err := r.send(http.MethodPost, endpoint+"revoke", nil, held)
	if err != nil || got.status != http.StatusOK && got.code() != "RESOURCE_DOES_NOT_EXIST" {
		t.Fatalf("outsider: revoking a permission: %d %s (%v)", got.status, got.body, err)
	}
	held["permission"] = permission
	r.call(t, http.MethodPost, endpoint+"grant", nil, held, nil)
}

package registry

// Permission is what a user needs of a registry with users, in MLflow's words.
type Permission string

// The permissions of MLflow's basic authentication (mlflow/server/auth/permissions.py), each of which includes those
// before it.
const (
	// PermissionRead on a registered model: reading it and its versions.
	PermissionRead Permission = "READ"
	// PermissionUse on a workspace: creating registered models in it.
	PermissionUse Permission = "USE"
	// PermissionEdit on a registered model: registering versions, moving stages and aliases, descriptions, new tags.
	PermissionEdit Permission = "EDIT"
	// PermissionManage on a registered model: deleting it, its versions, its aliases, and tags of its versions. Who
	// creates a model has it.
	PermissionManage Permission = "MANAGE"
)

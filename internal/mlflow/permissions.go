package mlflow

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

// needed is the permission that MLflow's basic authentication asks for before it does an operation: on the registered
// model, or, to create one on a server with workspaces, on the workspace (mlflow/server/auth/__init__.py,
// BEFORE_REQUEST_HANDLERS; the same from 2.9 to 3.17). Whoever is authenticated may search: what they may not read is
// left out.
var needed = map[string]registry.Permission{
	"POST registered-models/create": registry.PermissionUse,

	"GET registered-models/get": registry.PermissionRead,
	"GET model-versions/get":    registry.PermissionRead,

	"PATCH registered-models/update":       registry.PermissionEdit,
	"POST registered-models/set-tag":       registry.PermissionEdit,
	"DELETE registered-models/delete-tag":  registry.PermissionEdit,
	"POST registered-models/alias":         registry.PermissionEdit,
	"POST model-versions/create":           registry.PermissionEdit,
	"PATCH model-versions/update":          registry.PermissionEdit,
	"POST model-versions/set-tag":          registry.PermissionEdit,
	"POST model-versions/transition-stage": registry.PermissionEdit,

	"DELETE registered-models/delete":  registry.PermissionManage,
	"DELETE registered-models/alias":   registry.PermissionManage,
	"DELETE model-versions/delete":     registry.PermissionManage,
	"DELETE model-versions/delete-tag": registry.PermissionManage,
}

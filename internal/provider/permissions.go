package provider

import (
	"errors"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// missingPermission says which permission a refused request needs, in the words of MLflow's basic authentication, and
// who can grant it. MLflow's own answer is "Permission denied", whatever was asked.
func missingPermission(err error) string {
	var answered *registry.Error
	if !errors.As(err, &answered) || answered.Needs == "" {
		return "Ask an administrator of the server to allow these credentials the request that the message names. The guide on " +
			"permissions lists what each change needs."
	}
	switch answered.Needs {
	case registry.PermissionUse:
		return "These credentials need the permission USE on the workspace, or on the default workspace if none is set: whoever has it may " +
			"create registered models there. Ask an administrator of the MLflow server, or of the workspace, for it."
	case registry.PermissionRead:
		return "These credentials need the permission READ on the registered model. Ask an administrator of the MLflow server, or who has " +
			"MANAGE on the model, for it. Some servers answer in the same way when the model does not exist: those with workspaces, and " +
			"those whose default_permission is NO_PERMISSIONS. If the model was deleted on purpose, take it out of the state with " +
			"terraform state rm. If the name is a prompt's, this provider has no use for it."
	case registry.PermissionManage:
		return "These credentials need the permission MANAGE on the registered model: EDIT is enough to register and to promote, but not to " +
			"delete a model, a version, an alias or a version's tag. Ask an administrator of the MLflow server, or who has MANAGE on " +
			"the model, for it."
	}
	return "These credentials need the permission " + string(answered.Needs) + " on the registered model, and READ on the run or model that a " +
		"new version names. Ask an administrator of the MLflow server, or who has MANAGE on the model, for it."
}

// mayBeToCome reports whether an error about a model leaves open that this apply creates it: it does not exist, or this
// walk has planned it and the server tells a user nothing about models that do not exist.
func (s *session) mayBeToCome(model string, err error) bool {
	return errors.Is(err, registry.ErrNotFound) || errors.Is(err, registry.ErrPermissionDenied) && s.ledger.Declared(claim.Model(model))
}

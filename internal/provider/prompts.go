package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// refusePrompt adds the error for a name that is a prompt's, at the attribute that holds the name.
func refusePrompt(attribute, name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("%q is a prompt, not a model", name),
		"MLflow keeps its prompts as registered models with the tag mlflow.prompt.is_prompt, under the same names. This provider manages "+
			"models and leaves prompts alone: use another name here, and MLflow's Python client (mlflow.genai) for the prompt. It was left as "+
			"it is.")
}

// takenByPrompt reports whether MLflow refused a new model because a prompt has its name. No code tells, only the message does
// (prompt/registry_utils.py in MLflow 2.22.4 to 3.17.2).
func takenByPrompt(err error) bool { return strings.Contains(err.Error(), "taken by a prompt") }

// mayBeModel reports whether a name is free or a model's, and adds an error at the attribute if it is a prompt's.
func (s *session) mayBeModel(ctx context.Context, attribute, name string, diags *diag.Diagnostics) bool {
	model, err := s.cache.Model(ctx, name)
	switch {
	case err != nil && s.mayBeToCome(name, err):
		return true
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", name), explain(err))
	case model.IsPrompt():
		refusePrompt(attribute, name, diags)
	default:
		return true
	}
	return false
}

// ofPrompt reports whether versions are those of a prompt. MLflow 2.21 and newer leaves them out of searches; older servers do not
// know what a prompt is.
func ofPrompt(versions []registry.Version) bool {
	return slices.ContainsFunc(versions, registry.Version.IsPrompt)
}

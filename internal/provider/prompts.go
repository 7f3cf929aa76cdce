package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// refusePrompt adds the error for a name that is a prompt's, at the attribute that holds the name.
func refusePrompt(attribute, name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("%q is a prompt, not a model", name),
		"MLflow keeps its prompts as registered models with the tag mlflow.prompt.is_prompt, under the same names. This provider manages "+
			"models and leaves prompts alone: use another name here, and MLflow's Python client (mlflow.genai) for the prompt. It was left as "+
			"it is.")
}

// isPrompt reports whether a name is a prompt's. A model that is missing or cannot be read is none: what follows tells.
func (s *session) isPrompt(ctx context.Context, name string) bool {
	model, err := s.cache.Model(ctx, name)
	return err == nil && model.IsPrompt()
}

package registry

import "strings"

// promptTag marks a prompt: MLflow keeps its prompts as registered models and versions with this tag and the value "true" in any
// letter case (mlflow/prompt/constants.py, RegisteredModel._is_prompt).
const promptTag = "mlflow.prompt.is_prompt"

// IsPrompt reports whether the model is one of MLflow's prompts.
func (m Model) IsPrompt() bool { return strings.EqualFold(m.Tags[promptTag], "true") }

// IsPrompt reports whether the version is one of a prompt.
func (v Version) IsPrompt() bool { return strings.EqualFold(v.Tags[promptTag], "true") }

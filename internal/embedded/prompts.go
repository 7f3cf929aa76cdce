package embedded

import "strings"

// MLflow keeps its prompts as registered models and versions with a tag.
const (
	promptKey     = "mlflow.prompt.is_prompt"
	promptTextKey = "mlflow.prompt.text"
)

// isPrompt reports whether the tags are those of a prompt.
func isPrompt(tags []tag) bool {
	value := ""
	for _, given := range tags {
		if given.Key == promptKey {
			value = given.Value
		}
	}
	return strings.ToLower(value) == "true"
}

// isPromptSource reports whether source is one of the placeholders that MLflow's clients send for a prompt.
func isPromptSource(source string) bool {
	return source == "dummy-source" || source == "prompt-template"
}

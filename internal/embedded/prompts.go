package embedded

import (
	"slices"
	"strings"
)

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

// hasPromptTag reports whether there is a prompt tag at all, whatever its value.
func hasPromptTag(tags []tag) bool {
	return slices.ContainsFunc(tags, func(given tag) bool { return given.Key == promptKey })
}

// isPromptSource reports whether source is one of the placeholders that MLflow's clients send for a prompt.
func isPromptSource(source string) bool {
	return source == "dummy-source" || source == "prompt-template"
}

package embedded

import "strings"

// The fields of MLflow's requests with the checks of its handlers (server/handlers.py).

func newField(name string, kind kind, checks ...check) field {
	words := strings.Split(name, "_")
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return field{name: name, jsonName: strings.Join(words, ""), kind: kind, checks: checks}
}

// requiredText is a text that must be given and not be empty.
func requiredText(name string) field { return newField(name, stringField, checkString, checkRequired) }

// text is a text that may be left out.
func text(name string) field { return newField(name, stringField, checkString) }

// uncheckedText is a text that MLflow's handler does not look at.
func uncheckedText(name string) field { return newField(name, stringField) }

func flag(name string) field { return newField(name, boolField, checkBool) }

func tagList(name string) field { return newField(name, tagsField, checkArray) }

func textList(name string) field { return newField(name, stringsField, checkArray, checkTexts) }

// pageSize is the number of results that a search may return at most.
func pageSize(most int64) field {
	return newField("max_results", integerField, checkInteger, checkAtMost(most))
}

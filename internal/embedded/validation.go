package embedded

import (
	"math/big"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// The limits of MLflow's utils/validation.py, in characters.
const (
	maxTagKeyLength   = 250
	maxTagValueLength = 100_000
	maxAliasLength    = 255
)

func validateModelName(name string) error { return validateNameOf("name", name) }

func validateNewModelName(name string) error {
	if isBlank(name) {
		return invalidf("Missing value for required parameter 'new_name'.")
	}
	return validateModelName(name)
}

func validateNameOf(parameter, name string) error {
	switch {
	case isBlank(name):
		return invalidf("Missing value for required parameter '%s'.", parameter)
	case strings.ContainsAny(name, "/:"):
		return invalidf("Invalid model name '%s'. Names cannot contain '/' or ':'.", name)
	case !isUniquePath(name):
		return badPath(parameter, name)
	}
	return nil
}

func isBlank(text string) bool { return strings.TrimFunc(text, unicode.IsSpace) == "" }

// isUniquePath reports whether name stays the same, and in its folder, when it is used as a path.
func isUniquePath(name string) bool {
	clean := path.Clean(name)
	return clean == name && clean != "." && !strings.HasPrefix(clean, "..") && !strings.HasPrefix(clean, "/")
}

func badPath(parameter, name string) error {
	clean := path.Clean(name)
	if strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "///") {
		clean = "/" + clean // POSIX gives two leading slashes a meaning of their own
	}
	return invalidf("Invalid value %s for parameter '%s' supplied: Names may be treated as files in certain cases, "+
		"and must not resolve to other names when treated as such. This name would resolve to %s",
		asciiJSON(name), parameter, pythonRepr(clean))
}

func validateTagKey(key string) error {
	for _, char := range key {
		if !isWordCharacter(char) && !strings.ContainsRune("/.- :", char) {
			return invalidf("Invalid value %s for parameter 'key' supplied: Names may only contain alphanumerics, "+
				"underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).", asciiJSON(key))
		}
	}
	if !isUniquePath(key) {
		return badPath("key", key)
	}
	return nil
}

func validateTag(given tag) error {
	if err := validateTagKey(given.Key); err != nil {
		return err
	}
	if err := validateLength("key", given.Key, maxTagKeyLength); err != nil {
		return err
	}
	return validateLength("value", given.Value, maxTagValueLength)
}

// validateVersionTag differs from validateTag in what it says about a prompt that is too long.
func validateVersionTag(given tag) error {
	if err := validateTag(tag{Key: given.Key}); err != nil {
		return err
	}
	if given.Key == promptTextKey && utf8.RuneCountInString(given.Value) > maxTagValueLength {
		return invalidf("Prompt text exceeds max length of %d characters.", maxTagValueLength)
	}
	return validateLength("value", given.Value, maxTagValueLength)
}

func validateLength(what, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return invalidf("'%s' exceeds the maximum length of %d characters", what, most)
	}
	return nil
}

// checkWidth refuses a text that MLflow's other databases cannot keep, as they do: with 400, once everything else is right.
// MLflow on SQLite keeps it.
func checkWidth(what, text string, most int) error {
	if length := utf8.RuneCountInString(text); length > most {
		return apiErrorf(codeBadRequest, "%s has %d characters, and MLflow keeps at most %d, unless its database is SQLite", what, length, most)
	}
	return nil
}

func checkDescription(text string) error {
	return checkWidth("the description", text, registry.MaxDescriptionLength)
}

// parseVersion reads a version number. MLflow fails on one that its database can't hold.
func parseVersion(text string) (int64, error) {
	number, ok := pythonInt(text)
	if !ok {
		return 0, invalidf("Parameter 'version' must be an integer, got '%s'.", text)
	}
	return databaseInteger(number)
}

func databaseInteger(number *big.Int) (int64, error) {
	if !number.IsInt64() {
		return 0, apiErrorf(codeInternal, "Python int too large to convert to SQLite INTEGER")
	}
	return number.Int64(), nil
}

func validateAlias(alias string) error {
	if alias == "" {
		return invalidf("Registered model alias name cannot be empty.")
	}
	for _, char := range alias {
		if !isWordCharacter(char) && char != '-' {
			return invalidf("Invalid alias name: '%s'. Names may only contain alphanumerics, underscores (_), and dashes (-).",
				alias)
		}
	}
	return validateLength("Registered model alias name", alias, maxAliasLength)
}

// latestAlias is the alias that always means the newest version; it can't be set.
const latestAlias = "latest"

var versionAlias = regexp.MustCompile(`^[vV]\p{Nd}+$`)

func validateAliasNotReserved(alias string) error {
	if asciiLower(alias) == latestAlias {
		return invalidf("'latest' alias name (case insensitive) is reserved.")
	}
	if versionAlias.MatchString(alias) {
		return invalidf("Version alias name '%s' is reserved.", alias)
	}
	return nil
}

// asciiLower lowers A to Z only: no other letter has a lower form among the words it is compared with.
func asciiLower(text string) string {
	return strings.Map(func(char rune) rune {
		if char >= 'A' && char <= 'Z' {
			return char + 'a' - 'A'
		}
		return char
	}, text)
}

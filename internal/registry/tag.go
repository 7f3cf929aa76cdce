package registry

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of tags, in characters: MAX_MODEL_REGISTRY_TAG_KEY_LENGTH and …_VALUE_LENGTH of MLflow 3.18
// (mlflow/utils/validation.py). The latter holds for the tags of versions; MLflow 2.9 keeps 5,000 there.
const (
	MaxTagKeyLength   = 250
	MaxTagValueLength = 100_000
)

// ReservedTagPrefix starts the keys of the tags that MLflow writes itself.
const ReservedTagPrefix = "mlflow."

// ValidateTagKey says whether MLflow would accept the key of a tag (its _validate_tag_name), so that a bad one fails before
// any request. The error wraps ErrInvalid.
func ValidateTagKey(key string) error {
	clean := path.Clean(key)
	switch length := utf8.RuneCountInString(key); {
	case key == "":
		return fmt.Errorf("%w: a tag key must not be empty", ErrInvalid)
	case length > MaxTagKeyLength:
		return fmt.Errorf("%w: the tag key has %d characters, and MLflow keeps at most %d", ErrInvalid, length, MaxTagKeyLength)
	case endsInLineBreak(key):
		return fmt.Errorf("%w: the tag key %q ends in a line break, as a text from a file does: use chomp() or trimspace()", ErrInvalid, key)
	case strings.ContainsFunc(key, func(char rune) bool { return !isTagKeyCharacter(char) }):
		return fmt.Errorf("%w: the tag key %q may hold letters, digits, '_', '-', '.', ':', '/' and spaces only", ErrInvalid, key)
	case clean != key || clean == "." || strings.HasPrefix(clean, "..") || strings.HasPrefix(clean, "/"):
		return fmt.Errorf("%w: the tag key %q would mean something else as a file name, which MLflow does not allow", ErrInvalid, key)
	}
	return nil
}

func isTagKeyCharacter(char rune) bool {
	return unicode.IsLetter(char) || unicode.IsNumber(char) || strings.ContainsRune("_-.:/ ", char)
}

// ValidateTagValue says whether MLflow would accept the value of a tag. The error wraps ErrInvalid.
func ValidateTagValue(value string) error {
	if length := utf8.RuneCountInString(value); length > MaxTagValueLength {
		return fmt.Errorf("%w: the value of the tag has %d characters, and MLflow keeps at most %d", ErrInvalid, length, MaxTagValueLength)
	}
	return ValidateText(value)
}

package registry

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// MaxAliasLength is the greatest number of characters in an alias (MAX_REGISTERED_MODEL_ALIAS_LENGTH of MLflow 3.18).
const MaxAliasLength = 255

var (
	aliasShape   = regexp.MustCompile(`^[\p{L}\p{N}_-]+$`)
	aliasVersion = regexp.MustCompile(`^[vV]\p{Nd}+$`)
)

// ValidateAlias says whether MLflow would accept alias (its _validate_model_alias_name and …_reserved), so that a bad one
// fails before any request. The error wraps ErrInvalid.
func ValidateAlias(alias string) error {
	switch {
	case alias == "":
		return fmt.Errorf("%w: an alias must not be empty", ErrInvalid)
	case endsInLineBreak(alias):
		return fmt.Errorf("%w: the alias %q ends in a line break, as a text from a file does: use chomp() or trimspace()", ErrInvalid, alias)
	case !aliasShape.MatchString(alias):
		return fmt.Errorf("%w: the alias %q holds something else than letters, digits, underscores and dashes", ErrInvalid, alias)
	case utf8.RuneCountInString(alias) > MaxAliasLength:
		return fmt.Errorf("%w: the alias has %d characters, and MLflow keeps at most %d", ErrInvalid, utf8.RuneCountInString(alias), MaxAliasLength)
	case strings.EqualFold(alias, "latest"):
		return fmt.Errorf("%w: MLflow keeps the alias %q for itself: it always means the newest version", ErrInvalid, alias)
	case aliasVersion.MatchString(alias):
		return fmt.Errorf("%w: MLflow keeps aliases such as %q for itself: they always mean the version of that number", ErrInvalid, alias)
	}
	return nil
}

package registry

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The greatest number of characters of each text, besides MaxModelNameLength, MaxSourceLength, MaxAliasLength and those of tags.
// They are the widths of MLflow's columns, measured on MLflow 2.9.2 and 3.18.0 with PostgreSQL and MariaDB, which answer 400 to
// more; SQLite keeps more.
const (
	// MaxDescriptionLength is that of the description of a model or a version.
	MaxDescriptionLength = 5_000
	// MaxModelTagValueLength is that of the value of a registered model's tag; see MaxTagValueLength for a version's.
	MaxModelTagValueLength = 5_000
	// MaxRunIDLength is that of a run's ID.
	MaxRunIDLength = 32
	// MaxRunLinkLength is that of the link to a run.
	MaxRunLinkLength = 500
)

// MaxTagValueBytesOnMySQL is the greatest number of bytes, in UTF-8, of the value of a version's tag where MLflow uses MySQL or
// MariaDB (measured). PostgreSQL and SQLite keep as much as MLflow itself allows, which is MaxTagValueLength.
const MaxTagValueBytesOnMySQL = 65_535

// ValidateLength says whether a text has at most so many characters; what names the text, such as "the description". The error
// wraps ErrInvalid.
func ValidateLength(what, text string, most int) error {
	if length := utf8.RuneCountInString(text); length > most {
		return fmt.Errorf("%w: %s has %d characters, and MLflow keeps at most %d, unless its database is SQLite", ErrInvalid, what, length, most)
	}
	return nil
}

// endsInLineBreak reports whether a text ends as a line of a file does, which no name is meant to.
func endsInLineBreak(text string) bool {
	return strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\r")
}

package registry

import (
	"fmt"
	"strings"
)

// ValidateText says whether a registry could keep text at all, so that a text which it could not fails before any request.
// The character NUL is what PostgreSQL refuses in every text (MLflow answers 500), and other programs take for the end of one.
// The error wraps ErrInvalid.
func ValidateText(text string) error {
	if position := strings.IndexByte(text, 0); position >= 0 {
		return fmt.Errorf("%w: the text holds the character NUL (U+0000) after %d bytes, which databases cannot keep", ErrInvalid, position)
	}
	return nil
}

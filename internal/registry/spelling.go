package registry

import (
	"context"
	"strings"
)

// Speller tells how a registry compares names.
type Speller interface {
	// FoldsSpelling reports whether the registry takes names, aliases and keys of tags for the same that differ in letter case,
	// accents or blanks at the end, as MySQL, MariaDB and SQL Server do unless told otherwise. It asks for model, which must exist,
	// in other letters; a name without letters tells nothing, and counts as no.
	FoldsSpelling(ctx context.Context, model string) (bool, error)
}

// OtherSpelling returns the key of a map that a registry may take for the wanted one, if the map has the wanted one not: one that
// differs in letter case or in blanks at its end. The map is the tags of an object, or the aliases of a model.
func OtherSpelling[V any](found map[string]V, wanted string) (string, bool) {
	if _, exact := found[wanted]; exact {
		return "", false
	}
	for key := range found {
		if strings.EqualFold(strings.TrimRight(key, " "), strings.TrimRight(wanted, " ")) {
			return key, true
		}
	}
	return "", false
}

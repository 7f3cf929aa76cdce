package handover

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// TagsError says that a version lacks tags without which it may not enter a stage. Nothing was changed.
type TagsError struct {
	// Model is the name of the registered model.
	Model string
	// Version is the version that was to be moved; 0 when it was yet to be created.
	Version registry.Number
	// Stage is where it was to go; empty if it was to get the alias Alias.
	Stage registry.Stage
	Alias string
	// Lacking are the tags that are missing or have another value, sorted by key.
	Lacking []LackingTag
}

// LackingTag is one tag that a version is required to have.
type LackingTag struct {
	// Key is the tag, Required the value that it must have.
	Key, Required string
	// Found is the value that the version has instead, if Present is set.
	Found   string
	Present bool
}

// String tells what is required and what is there.
func (t LackingTag) String() string {
	if !t.Present {
		return fmt.Sprintf("it has no tag %q, and %q is required", t.Key, t.Required)
	}
	return fmt.Sprintf("its tag %q is %q, and %q is required", t.Key, t.Found, t.Required)
}

// Error names the tags, the values they have and the values that are required.
func (e *TagsError) Error() string {
	which := "a new version"
	if e.Version != 0 {
		which = "version " + e.Version.String()
	}
	reasons := make([]string, 0, len(e.Lacking))
	for _, tag := range e.Lacking {
		reasons = append(reasons, tag.String())
	}
	refused := "may not enter " + string(e.Stage)
	if e.Stage == "" {
		refused = fmt.Sprintf("may not get the alias %q", e.Alias)
	}
	return fmt.Sprintf("%s of model %q %s: %s", which, e.Model, refused, strings.Join(reasons, "; "))
}

// lacking returns the required tags that tags does not hold, sorted by key.
func lacking(tags, required map[string]string) []LackingTag {
	var missing []LackingTag
	for _, key := range slices.Sorted(maps.Keys(required)) {
		if found, present := tags[key]; !present || found != required[key] {
			missing = append(missing, LackingTag{Key: key, Required: required[key], Found: found, Present: present})
		}
	}
	return missing
}

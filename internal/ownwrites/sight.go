package ownwrites

import (
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// view is a way to read a model. Caches keep the answer to each apart, and servers may answer them from different places.
type view uint8

const (
	// ofModel is the model itself, with its tags and aliases.
	ofModel view = 1 << iota
	// ofVersion is one version, asked for by its number.
	ofVersion
	// ofVersions is all versions of the model.
	ofVersions
)

// sight is what one read of a model has shown.
type sight struct {
	view view
	// missing says that the model or the version was not found.
	missing bool
	model   registry.Model
	// number and version belong to the view ofVersion.
	number  registry.Number
	version registry.Version
	// versions belong to the view ofVersions.
	versions []registry.Version
}

// find returns a version as it was shown, and whether it was.
func (s *sight) find(number registry.Number) (registry.Version, bool) {
	if s.view == ofVersion {
		return s.version, !s.missing && s.number == number
	}
	return registry.FindVersion(s.versions, number)
}

// verdict is what a sight says of one write.
type verdict int

const (
	// silent: nothing.
	silent verdict = iota
	// before: what was there before the write.
	before
	// fits: what was written, which may have been there before as well.
	fits
	// proves: what was written, or what came after it. All earlier writes have reached the place that answered.
	proves
	// later: neither what was there before nor what was written, so that somebody has changed it since.
	later
)

// value is a text that may be absent: a tag, a description, where an alias points.
type value struct {
	text    string
	present bool
}

// same reports whether a registry shows what was written. Some trim texts and change their line ends.
func (v value) same(other value) bool {
	plain := func(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
	return v.present == other.present && plain(v.text) == plain(other.text)
}

// lookUp finds a key in what a registry shows. Some take keys for the same that differ in letter case only, or in spaces at the
// end, and keep one of them.
func lookUp[T any](all map[string]T, key string) (T, bool) {
	if found, ok := all[key]; ok {
		return found, true
	}
	for other, found := range all {
		if strings.EqualFold(strings.TrimSpace(other), strings.TrimSpace(key)) {
			return found, true
		}
	}
	var none T
	return none, false
}

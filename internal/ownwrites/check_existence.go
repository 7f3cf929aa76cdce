package ownwrites

import (
	"slices"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// modelCreated is a model that must be found. One that was created earlier is another one, which this process has deleted.
type modelCreated struct {
	// at is when it was created, and deleted when the one of the same name was that this process has deleted; zero for unknown.
	at, deleted time.Time
}

func (c *modelCreated) compare(seen *sight) verdict {
	switch {
	case seen.missing:
		return before
	case !c.deleted.IsZero() && seen.model.CreatedAt.Equal(c.deleted) && !c.at.Equal(c.deleted):
		return before
	}
	return proves
}

// versionCreated is a version that must be found.
type versionCreated struct{ number registry.Number }

func (c *versionCreated) compare(seen *sight) verdict {
	if _, found := seen.find(c.number); found {
		return proves
	}
	// Registries number versions in the order in which they come.
	if last := len(seen.versions) - 1; last >= 0 && seen.versions[last].Number > c.number {
		return later
	}
	return before
}

// versionDeleted is a version that must not be found.
type versionDeleted struct {
	number registry.Number
	// created is when it was; zero for unknown. A version of the number that was created at another time is another one.
	created time.Time
}

func (c *versionDeleted) compare(seen *sight) verdict {
	version, found := seen.find(c.number)
	switch {
	case !found:
		return fits
	case c.created.IsZero() || version.CreatedAt.Equal(c.created):
		return before
	}
	return later
}

// modelDeleted is a model that must not be found, with all its versions.
type modelDeleted struct {
	// created is when it was; zero for unknown.
	created time.Time
	// versions are those that it had, as far as they were read; known says that they were.
	versions []registry.Version
	known    bool
}

func (c *modelDeleted) compare(seen *sight) verdict {
	if seen.view == ofModel {
		switch {
		case seen.missing:
			return fits
		case c.created.IsZero() || seen.model.CreatedAt.Equal(c.created):
			return before
		}
		return later
	}
	shown := seen.versions
	if seen.view == ofVersion && !seen.missing {
		shown = []registry.Version{seen.version}
	}
	if len(shown) == 0 {
		return fits
	}
	if !c.known { // What is shown first counts as what was there before.
		c.versions, c.known = shown, true
	}
	if slices.ContainsFunc(shown, c.had) {
		return before
	}
	return later
}

func (c *modelDeleted) had(version registry.Version) bool {
	return slices.ContainsFunc(c.versions, func(old registry.Version) bool {
		return old.Number == version.Number && old.CreatedAt.Equal(version.CreatedAt)
	})
}

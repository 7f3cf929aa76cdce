package provider

import (
	"context"
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// tagPlace is one key of one registered model or, with a version, of one version.
type tagPlace struct {
	model   string
	version registry.Number
	key     string
}

// tag returns the place of a key of the same object.
func (p tagPlace) tag(key string) tagPlace {
	return tagPlace{model: p.model, version: p.version, key: key}
}

// object returns the tag as the ledger knows it.
func (p tagPlace) object() claim.Object { return claim.Tag(p.model, p.version, p.key) }

// String names the tag for people.
func (p tagPlace) String() string {
	if p.version == 0 {
		return fmt.Sprintf("tag %q of model %q", p.key, p.model)
	}
	return fmt.Sprintf("tag %q of version %s of model %q", p.key, p.version, p.model)
}

// importID returns the ID by which the resource of this one tag is imported.
func (p tagPlace) importID() string {
	if p.version == 0 {
		return p.model + "/" + p.key
	}
	return p.model + "/" + p.version.String() + "/" + p.key
}

// foundTag is a tag as a registry has it.
type foundTag struct {
	value   string
	present bool
	// all are the tags of the model or version.
	all map[string]string
	// ofPrompt says that the model or version is a prompt.
	ofPrompt bool
}

// tag returns a tag as reader has it. registry.ErrNotFound says that the model or the version is not there.
func tag(ctx context.Context, reader registry.Reader, at tagPlace) (foundTag, error) {
	if at.version == 0 {
		model, err := reader.Model(ctx, at.model)
		value, present := model.Tags[at.key]
		return foundTag{value, present, model.Tags, model.IsPrompt()}, err
	}
	version, _, err := findVersion(ctx, reader, at.model, at.version)
	value, present := version.Tags[at.key]
	return foundTag{value, present, version.Tags, version.IsPrompt()}, err
}

// setTag writes a tag.
func (s *session) setTag(ctx context.Context, at tagPlace, value string) error {
	if at.version == 0 {
		return s.cache.SetModelTag(ctx, at.model, at.key, value)
	}
	return s.cache.SetVersionTag(ctx, at.model, at.version, at.key, value)
}

// deleteTag removes a tag.
func (s *session) deleteTag(ctx context.Context, at tagPlace) error {
	if at.version == 0 {
		return s.cache.DeleteModelTag(ctx, at.model, at.key)
	}
	return s.cache.DeleteVersionTag(ctx, at.model, at.version, at.key)
}

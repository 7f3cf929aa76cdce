package claim

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

// Kind is what an Object is.
type Kind string

// The kinds of objects.
const (
	KindModel   Kind = "model"
	KindVersion Kind = "version"
	KindStage   Kind = "stage"
	KindAlias   Kind = "alias"
	KindTag     Kind = "tag"
)

// Object is something in a registry that a resource can declare. Equal objects are one.
type Object struct {
	Kind  Kind
	Model string
	// Version is the number of a version, or of the version that a tag is on; 0 otherwise.
	Version registry.Number
	// Name is the stage, the alias, or the key of the tag.
	Name string
}

// Model returns a registered model.
func Model(name string) Object { return Object{Kind: KindModel, Model: name} }

// Version returns a version of a model.
func Version(model string, number registry.Number) Object {
	return Object{Kind: KindVersion, Model: model, Version: number}
}

// Stage returns a stage of a model.
func Stage(model string, stage registry.Stage) Object {
	return Object{Kind: KindStage, Model: model, Name: string(stage)}
}

// Alias returns an alias of a model.
func Alias(model, alias string) Object { return Object{Kind: KindAlias, Model: model, Name: alias} }

// Tag returns a tag of a model or, if version is not 0, of that version.
func Tag(model string, version registry.Number, key string) Object {
	return Object{Kind: KindTag, Model: model, Version: version, Name: key}
}

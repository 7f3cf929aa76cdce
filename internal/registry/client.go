package registry

import "context"

// Reader reads a registry. Every method returns an error that wraps ErrNotFound when the named object does
// not exist, ErrOtherSpelling when it is written otherwise, and otherwise one of the sentinels of this package.
type Reader interface {
	// Model returns one registered model.
	Model(ctx context.Context, name string) (Model, error)
	// Version returns one version of a model.
	Version(ctx context.Context, model string, number Number) (Version, error)
	// Versions returns every version of a model in ascending order of number. A model that does not exist
	// has no versions: that is not an error, as in MLflow's search.
	Versions(ctx context.Context, model string) ([]Version, error)
}

// Writer changes a registry. A method whose error wraps ErrOutcomeUnknown may or may not have taken effect:
// read to find out.
type Writer interface {
	// CreateModel registers a model; ErrAlreadyExists when there is one of that name.
	CreateModel(ctx context.Context, model NewModel) (Model, error)
	// DescribeModel replaces a model's description, and returns the model as it is after that. Registries may leave out its aliases.
	DescribeModel(ctx context.Context, name, description string) (Model, error)
	// DeleteModel deletes a model and every version of it.
	DeleteModel(ctx context.Context, name string) error
	// SetModelTag sets one tag of a model.
	SetModelTag(ctx context.Context, name, key, value string) error
	// DeleteModelTag removes one tag of a model; removing a tag that is not there is not an error.
	DeleteModelTag(ctx context.Context, name, key string) error
	// SetAlias points an alias at a version. It moves an alias that exists, in one step. It is sent once, and
	// ErrOutcomeUnknown is for the caller to settle by reading: a second request would undo what somebody else did in between.
	SetAlias(ctx context.Context, model, alias string, number Number) error
	// DeleteAlias removes an alias; removing one that is not there is not an error.
	DeleteAlias(ctx context.Context, model, alias string) error

	// CreateVersion registers a version. It is sent once, and ErrOutcomeUnknown is for the caller to settle by reading: a
	// second request would register a second version.
	CreateVersion(ctx context.Context, version NewVersion) (Version, error)
	// DescribeVersion replaces a version's description, and returns the version as it is after that.
	DescribeVersion(ctx context.Context, model string, number Number, description string) (Version, error)
	// DeleteVersion deletes a version. MLflow allows it in every stage.
	DeleteVersion(ctx context.Context, model string, number Number) error
	// SetVersionTag sets one tag of a version.
	SetVersionTag(ctx context.Context, model string, number Number, key, value string) error
	// DeleteVersionTag removes one tag of a version; removing a tag that is not there is not an error.
	DeleteVersionTag(ctx context.Context, model string, number Number, key string) error
	// TransitionStage moves a version to a stage. It is sent once, unless it certainly never reached the registry (no
	// connection could be made, the credentials were refused and there are new ones, 429). Every other failure comes back at
	// once, with ErrOutcomeUnknown if the transition may have been done or may still be: an Error whose RetryAfter says how
	// long a server asks to wait. Sent again without a look at who holds the stage by then, it would archive a version that
	// somebody has promoted meanwhile.
	TransitionStage(ctx context.Context, transition Transition) (Version, error)
}

// Registry reads and writes.
type Registry interface {
	Reader
	Writer
}

// Client is all that can be asked of a registry.
type Client interface {
	Registry
	Searcher
	Inspector
}

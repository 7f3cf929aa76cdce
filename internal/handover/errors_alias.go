package handover

import (
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// AliasMovedError says that somebody has moved or deleted an alias since the reviewed plan was made. Nothing was changed.
type AliasMovedError struct {
	// Model and Alias are what was to be moved.
	Model, Alias string
	// Planned is where the plan saw it, 0 if its version was deleted; Now is where it is, 0 if it is gone.
	Planned, Now registry.Number
}

// Error says where the alias is, and where the plan saw it.
func (e *AliasMovedError) Error() string {
	now := fmt.Sprintf("points at version %s now", e.Now)
	if e.Now == 0 {
		now = "is gone"
	}
	return fmt.Sprintf("the alias %q of model %q %s, and the plan saw it at version %s; it was left as it is", e.Alias, e.Model, now, e.Planned)
}

// AliasTakenError says that an alias which is in no Terraform state exists already. Nothing was changed.
type AliasTakenError struct {
	// Model and Alias are what was to be created, Now is where it points.
	Model, Alias string
	Now          registry.Number
}

// Error says where the alias points.
func (e *AliasTakenError) Error() string {
	return fmt.Sprintf("the alias %q of model %q exists already and points at version %s", e.Alias, e.Model, e.Now)
}

// AliasDisplacedError says that somebody moved or deleted an alias while this client moved it.
type AliasDisplacedError struct {
	// Model and Alias are what was moved, Version is where this client was to point it.
	Model, Alias string
	Version      registry.Number
	// Now is where it is; 0 if it is gone.
	Now registry.Number
}

// Error says where the alias is now.
func (e *AliasDisplacedError) Error() string {
	now := fmt.Sprintf("it points at version %s now", e.Now)
	if e.Now == 0 {
		now = "it is gone now"
	}
	return fmt.Sprintf("the alias %q of model %q was to point at version %s, and somebody else acted at the same time: %s", e.Alias, e.Model, e.Version, now)
}

package registry

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrStale says that what was read does not show what this process itself has written, also after waiting for it. A read replica, or a
// cache, lags behind, or somebody undid the write at once. It says nothing about what the registry holds, so that nobody must be
// accused, nothing counted as gone and nothing created again because of it.
var ErrStale = errors.New("stale read")

// StaleError is a read that does not show this process's own writes. What was read comes together with it.
type StaleError struct {
	// Model is the name of the registered model.
	Model string
	// Writes are the writes that are not shown, for people, such as: alias "champion" at version 2.
	Writes []string
	// Patience is how long they were waited for, from the end of each write.
	Patience time.Duration
	// Answer is how the last read failed; nil if it did not. A model or version that was not found does not count as such
	// (errors.Is reports no ErrNotFound).
	Answer error
}

// Error names the model and the writes, and says what may be the cause.
func (e *StaleError) Error() string {
	text := fmt.Sprintf("the server's reads of model %q do not show this provider's own write (%s) after %s: a read replica or a cache lags behind, "+
		"or somebody has undone it", e.Model, strings.Join(e.Writes, ", "), e.Patience)
	if e.Answer != nil {
		text += fmt.Sprintf(" (the last answer: %v)", e.Answer)
	}
	return text
}

// Is makes errors.Is see ErrStale, and the kind of the answer if it is not ErrNotFound.
func (e *StaleError) Is(target error) bool {
	return target == ErrStale || target != ErrNotFound && e.Answer != nil && errors.Is(e.Answer, target)
}

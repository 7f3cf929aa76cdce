package handover

import (
	"fmt"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// LostError says that the answer to the registration of a version was lost, and that the version was not found as long as the
// server may have been at work on it. It was not registered a second time.
type LostError struct {
	// Model is the name of the registered model.
	Model string
	// Cause is what was answered.
	Cause error
}

// Error says what is not known.
func (e *LostError) Error() string {
	return fmt.Sprintf("the answer to the registration of a version of model %q was lost, and no such version has appeared since: %v",
		e.Model, e.Cause)
}

// Unwrap returns the cause.
func (e *LostError) Unwrap() error { return e.Cause }

// AppearedError says that the registration of a version failed, and that a version from the same origin has appeared since, which may be
// the one that was asked for: the registry refuses UnfinishedTag, which would tell. Nothing was registered a second time.
type AppearedError struct {
	// Model is the name of the registered model.
	Model string
	// Versions are those that have appeared, in ascending order.
	Versions []registry.Number
	// Cause is what was answered.
	Cause error
}

// Error names the versions.
func (e *AppearedError) Error() string {
	return fmt.Sprintf("the registration of a version of model %q failed, and since then there is %s from the same source, which may be its: %v",
		e.Model, VersionList(e.Versions), e.Cause)
}

// Unwrap returns the cause.
func (e *AppearedError) Unwrap() error { return e.Cause }

// LeasedError says that another run is registering a version from the same source, or was killed while it did, and that its
// lease on the version has not run out within the time that this run may take.
type LeasedError struct {
	// Model and Version name the version.
	Model   string
	Version registry.Number
	// Until is when the lease runs out, in the server's time.
	Until time.Time
}

// Error names the version and the time.
func (e *LeasedError) Error() string {
	return fmt.Sprintf("version %s of model %q is being registered from the same source by another run, or by one that was killed, until %s",
		e.Version, e.Model, e.Until.UTC().Format(time.RFC3339))
}

// TakenError says that a version which the plan has announced to take over does not belong to nobody any more: its own run
// has finished it, or another one takes it over.
type TakenError struct {
	// Model and Version name the version.
	Model   string
	Version registry.Number
}

// Error names the version.
func (e *TakenError) Error() string {
	return fmt.Sprintf("version %s of model %q, which the plan takes over from an interrupted apply, belongs to another run by now",
		e.Version, e.Model)
}

// ExpiredError says that the lease of this run on a version ran out while it was claimed or finished, because the server took
// too long: another run may have the version by now, or nobody.
type ExpiredError struct {
	// Model and Version name the version.
	Model   string
	Version registry.Number
}

// Error names the version.
func (e *ExpiredError) Error() string {
	return fmt.Sprintf("the lease of this run on version %s of model %q ran out before the server had answered, "+
		"so that another run may have the version, or nobody", e.Version, e.Model)
}

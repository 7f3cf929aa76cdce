package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// find returns a version and all versions of its model. A version that the model's search does not show is asked for by
// itself before it counts as gone: servers leave out of a search what the caller may not read.
func (s *session) find(ctx context.Context, model string, number registry.Number) (registry.Version, []registry.Version, error) {
	return findVersion(ctx, s.cache, model, number)
}

func findVersion(
	ctx context.Context, reader registry.Reader, model string, number registry.Number,
) (registry.Version, []registry.Version, error) {
	versions, err := reader.Versions(ctx, model)
	if err != nil {
		return registry.Version{}, nil, err
	}
	if version, found := registry.FindVersion(versions, number); found {
		return version, versions, nil
	}
	version, err := reader.Version(ctx, model, number)
	return version, versions, err
}

// seen returns a version as this process first saw it, and whether it did. It asks nobody.
func (s *session) seen(model string, number registry.Number) (registry.Version, bool) {
	if !s.known() {
		return registry.Version{}, false
	}
	versions, _ := s.seenVersions(model)
	return registry.FindVersion(versions, number)
}

// require returns a version that a plan names. One that this process has not seen may have been created by this very
// apply, so it is asked for before it counts as missing, which is an error at the attribute version.
func (s *session) require(ctx context.Context, model string, number registry.Number, diags *diag.Diagnostics) (registry.Version, bool) {
	if _, seen := s.seenVersions(model); !seen { // Nobody needs the holders: one small request does.
		if version, err := s.cache.Version(ctx, model, number); err == nil {
			return version, true
		}
	}
	version, versions, err := s.find(ctx, model, number)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Model %q has no version %s", model, number), missingVersionAdvice(versions))
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read version %s of model %q", number, model), explain(err))
	case version.IsPrompt():
		refusePrompt("model_name", model, diags)
	default:
		return version, true
	}
	return version, false
}

// requireModel fails a plan when a model neither exists nor is planned to.
func (s *session) requireModel(ctx context.Context, model string, diags *diag.Diagnostics) {
	if s.ledger.Declared(claim.Model(model)) {
		return
	}
	found, err := s.cache.Model(ctx, model)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		diags.AddAttributeError(path.Root("model_name"), fmt.Sprintf("Registered model %q does not exist", model),
			"Declare it with mlregistry_registered_model and refer to it here, as in model_name = mlregistry_registered_model.NAME.name, so "+
				"that Terraform creates it first. If it is meant to exist, check the name and which registry the provider uses.")
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", model), explain(err))
	case found.IsPrompt():
		refusePrompt("model_name", model, diags)
	}
}

// visible makes sure that a model without versions is known to have none: an error of the server, or a lack of rights,
// must not look like a model that is gone. A model that does not exist is no error.
func (s *session) visible(ctx context.Context, model string) error {
	_, err := s.cache.Model(ctx, model)
	if errors.Is(err, registry.ErrNotFound) {
		return nil
	}
	return err
}

// How long a change that was made may take to be read back: long as a rule, and seconds once somebody has cancelled.
const (
	afterwardsLimit = time.Minute
	afterwardsGrace = 5 * time.Second
)

// afterwards returns a context for the read that follows a change. It outlives the change's own, since what was done must
// get into the state; somebody who cancels, before or meanwhile, waits for seconds only.
func afterwards(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), afterwardsLimit)
	stop := context.AfterFunc(parent, func() {
		timer := time.AfterFunc(afterwardsGrace, cancel)
		context.AfterFunc(ctx, func() { timer.Stop() })
	})
	return ctx, func() { stop(); cancel() }
}

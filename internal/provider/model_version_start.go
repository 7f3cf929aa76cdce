package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// recentLook is how long ago a look may have been taken that serves a handover as its first one. The plan that an apply makes again looks
// at the model, and Terraform applies it right after that.
const recentLook = time.Second

// versionStart is what the plan of a version in the state starts from.
type versionStart struct {
	// version is where it is; view is who holds the stages that the plan is about.
	version registry.Version
	view    handover.View
	// seen allows the handover to begin with the look of the plan: recentLook if the model was looked at, else 0.
	seen time.Duration
}

// startOf returns what a plan starts from that gives a version in the state its stage. What the state and its private part say is the
// same in the plan and in the plan that an apply makes again. They say where the version is, unless its stage was left out, who shares its
// stage, and who holds Production when it is in Staging: what others move is not kept in any other state, for it would be drift. The rest
// is from the walk's first observation, as for a version that is new; Terraform then finds what somebody has changed since the review.
func (s *session) startOf(
	ctx context.Context, prior, plan *modelVersionState, memory *versionMemory, diags *diag.Diagnostics,
) (versionStart, bool) {
	start := versionStart{version: prior.version(), view: prior.holders(ctx, diags)}
	from, to := start.version.Stage, plan.wantedStage()
	alone := prior.ArchiveExistingVersions.ValueBool()
	switch {
	case from == "":
	case !from.Exclusive() && !to.Exclusive(), alone && plan.ArchiveExistingVersions.ValueBool() && (from == to || !to.Exclusive()):
		return start, true
	case alone && from == registry.StageStaging && to == registry.StageProduction && memory.Production != nil:
		start.view[to] = memory.Production
		return start, true
	}
	if !s.known() {
		return start, false
	}
	observed, err := s.lookOnce(ctx, start.version.Model)
	if err == nil {
		start.view, start.seen = handover.Observe(observed), recentLook
		if from != "" {
			return start, true
		}
		var found bool
		if start.version, found = registry.FindVersion(observed, prior.number()); found {
			return start, true
		}
		start.version, err = s.cache.Version(ctx, prior.ModelName.ValueString(), prior.number())
	}
	switch {
	case errors.Is(err, registry.ErrNotFound):
		diags.AddError(fmt.Sprintf("Model %q has no version %s", prior.ModelName.ValueString(), prior.number()), missingVersionAdvice(observed))
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read the versions of model %q", prior.ModelName.ValueString()), explain(err))
	}
	return start, err == nil
}

// lookOnce is firstVersions by the model's own request, so that a handover which follows at once needs no other look.
func (s *session) lookOnce(ctx context.Context, model string) ([]registry.Version, error) {
	if _, seen := s.seenVersions(model); !seen {
		if _, err := s.cache.Fresh().Versions(ctx, model); err != nil {
			return nil, err
		}
	}
	return s.firstVersions(ctx, model)
}

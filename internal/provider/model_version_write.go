package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Create registers a new version, or adopts one that exists, and brings it to its stage. Terraform taints whatever a create
// that fails leaves in the state, and replaces it. So a version that does not serve stays out of the state, for the next apply
// to go on with; and once it serves, it is in the state, and whatever fails after that is a warning.
func (r *modelVersionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var config, plan modelVersionState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	ctx, cancel := within(ctx, plan.Timeouts.Create, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	memory := &versionMemory{Created: config.Version.IsNull(), StageUnmanaged: config.Stage.IsNull(), View: handover.View{}}
	made := r.begin(ctx, &plan, memory, &resp.Diagnostics)
	if made == nil {
		return
	}
	if !r.complete(ctx, &config, &plan, made, memory, &resp.Diagnostics) {
		made.giveUp(ctx, &resp.Diagnostics)
		return
	}
	if !made.end(ctx, memory, &resp.Diagnostics) {
		return
	}
	r.finish(ctx, &plan, memory, &undeclared{}, made.version, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// complete gives a version that is registered or adopted its description and tags, waits until it is READY, and brings it to its
// stage. It reports whether the version is where it was to be.
func (r *modelVersionResource) complete(
	ctx context.Context, config, plan *modelVersionState, made *madeVersion, memory *versionMemory, diags *diag.Diagnostics,
) bool {
	if !r.reconcile(ctx, plan, made.version, diags) { // One that a killed run left behind may be described otherwise.
		return false
	}
	if memory.Created {
		ready, err := r.session.engine.WaitReady(ctx, made.version)
		if err != nil {
			diags.AddError(fmt.Sprintf("Version %s of model %q did not become READY", ready.Number, ready.Model), explain(err))
			return false
		}
		made.version = ready
	}
	if memory.StageUnmanaged {
		return true
	}
	goal := r.session.guard(plan.goal(ctx, diags))
	goal.From = registry.Stage(plan.FromStage.ValueString())
	serves := r.promote(ctx, config, plan, goal, types.SetNull(types.StringType), memory, made, diags)
	if serves {
		made.version.Stage = goal.Stage
	}
	return serves
}

// begin makes the version exist: it registers it, takes over one that a killed run has left, or finds the adopted one. It is nil
// after an error.
func (r *modelVersionResource) begin(ctx context.Context, plan *modelVersionState, memory *versionMemory, diags *diag.Diagnostics) *madeVersion {
	model := plan.ModelName.ValueString()
	if !memory.Created {
		version, versions, err := r.session.find(ctx, model, plan.number())
		if err != nil {
			diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Unable to adopt version %s of model %q", plan.Version.ValueString(), model), explain(err))
			return nil
		}
		memory.View = handover.Observe(versions)
		return &madeVersion{version: version}
	}
	wanted := handover.Registering{
		NewVersion: plan.toRegistry(ctx, diags), Take: plan.number(), Goal: r.session.guard(plan.goal(ctx, diags)),
	}
	if memory.StageUnmanaged {
		wanted.Goal.Stage = registry.StageNone
	}
	held, err := r.session.engine.Register(ctx, wanted)
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to register a version of model %q", model), explain(err))
		return nil
	}
	r.session.ledger.Born(model, plan.Source.ValueString(), held.Version.Number)
	plan.Version = types.StringValue(held.Version.Number.String())
	// Resources that own a single tag of it are planned once more when they learn its number: they find these claims.
	r.session.claimTags(ctx, versionTagsOwner, tagPlace{model: model, version: held.Version.Number}, types.MapNull(types.StringType), plan.Tags, diags)
	return &madeVersion{version: held.Version, lease: held}
}

// madeVersion is a version that a create has registered, taken over or found, on the way into the state.
type madeVersion struct {
	// version is the version as it was last seen.
	version registry.Version
	// lease is the run's lease on it; nil for one that was found.
	lease *handover.Registration
}

// giveUp leaves the version to the next apply, after an error.
func (m *madeVersion) giveUp(ctx context.Context, diags *diag.Diagnostics) {
	if m.lease == nil {
		return
	}
	if refusal := m.lease.Unmarked; refusal != nil {
		diags.AddWarning(fmt.Sprintf("Version %s of model %q is registered and in no state", m.version.Number, m.version.Model),
			explainWith(refusal, "What followed its registration has failed, and this registry refuses the tag "+handover.UnfinishedTag+", by which the "+
				"next apply would go on with it: it would register another one from the same source. Import this one before, or delete it. "+
				importAdvice(modelVersionType, m.version.Model+"/"+m.version.Number.String())))
		return
	}
	advice := fmt.Sprintf("It is registered and in no state, because what followed has failed. Run terraform apply again: it goes on with version %s and "+
		"does not register another one.", m.version.Number)
	if err := m.lease.GiveUp(ctx); err != nil {
		advice += " The lease of this run on it could not be given up, so that the next apply waits until it has run out.\n\n" + explain(err)
	}
	diags.AddWarning(fmt.Sprintf("Version %s of model %q waits for the next apply", m.version.Number, m.version.Model), advice)
}

// end leaves the lease on the version until Terraform has written its state, which it does after this: a run that is killed before has
// registered nothing that the next one would not find. It reports whether the version belongs to this run still.
func (m *madeVersion) end(ctx context.Context, memory *versionMemory, diags *diag.Diagnostics) bool {
	if m.lease == nil {
		return true
	}
	if refusal := m.lease.Unmarked; refusal != nil {
		diags.AddWarning(fmt.Sprintf("Version %s of model %q was registered without the tag of this provider", m.version.Number, m.version.Model),
			explainWith(refusal, "This registry refuses the tag "+handover.UnfinishedTag+", by which a version is found again whose registration was not "+
				"answered, or whose apply was killed. The version is registered and complete. But should an answer be lost or an apply be killed "+
				"here, the next apply registers another version from the same source, unless the first one is imported. Allow this key in the "+
				"registry to have each version registered once whatever happens."))
		return true
	}
	err := m.lease.FinishLater(ctx)
	_, taken := errors.AsType[*handover.TakenError](err)
	_, leased := errors.AsType[*handover.LeasedError](err)
	_, expired := errors.AsType[*handover.ExpiredError](err)
	memory.Lease = m.lease.Lease()
	switch {
	case taken || leased || expired:
		diags.AddError(fmt.Sprintf("Version %s of model %q may belong to another run", m.version.Number, m.version.Model), explain(err))
		return false
	case err != nil && !errors.Is(err, registry.ErrNotFound):
		keepsTag(m.version, err, diags)
	}
	return true
}

// reconcile gives a version that exists the planned description and tags.
func (r *modelVersionResource) reconcile(ctx context.Context, plan *modelVersionState, version registry.Version, diags *diag.Diagnostics) bool {
	before := modelVersionState{
		Description: managedDescription(plan.Description, version.Description, false),
		Tags:        managedTags(ctx, plan.Tags, version.Tags, false, diags),
	}
	return r.describe(ctx, plan, &before, diags)
}

// Update changes description and tags, and then the stage.
func (r *modelVersionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, prior modelVersionState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &plan)...)
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	ctx, cancel := within(ctx, plan.Timeouts.Update, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	memory := loadMemory(ctx, req.Private, &resp.Diagnostics)
	found := loadUndeclared(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.session.checkWrite(plan.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	start := versionStart{version: prior.version()}
	if !config.Stage.IsNull() {
		var ok bool
		if start, ok = r.session.startOf(ctx, &prior, &plan, memory, &resp.Diagnostics); !ok {
			return
		}
	}
	memory.StageUnmanaged, memory.StageFound = config.Stage.IsNull(), false
	goal := plan.goal(ctx, &resp.Diagnostics)
	if memory.StageUnmanaged {
		goal.Stage = prior.wantedStage()
	}
	goal = r.session.guard(goal)
	before, after := prior, plan
	before.Tags, after.Tags = found.managed(prior.Tags, config.Tags), config.Tags
	if !r.session.signBelatedly(ctx, goal.Model, target{stage: goal.Stage}, config.PromotionTags, &memory.Unwritten, &prior.PromotedWith, &resp.Diagnostics) ||
		!r.describe(ctx, &after, &before, &resp.Diagnostics) {
		return
	}
	known := start.version
	// A plan that moves no stage permits nobody to leave one: what archived_versions says then is of the last move. The view is
	// the one that the plan was made from.
	moves := !memory.StageUnmanaged && (goal.Stage != known.Stage || len(handover.Reviewed(start.view, goal)) > 0)
	if moves {
		goal.From, goal.Seen = known.Stage, start.seen
		if !r.promote(ctx, &config, &plan, goal, prior.PromotedWith, memory, nil, &resp.Diagnostics) {
			return
		}
		known.Stage = goal.Stage
	} else if plan.PromotedWith.IsUnknown() {
		plan.PromotedWith = prior.PromotedWith
	}
	found.declare(config.Description, config.Tags, plan.Tags)
	found.store(ctx, resp.Private, &resp.Diagnostics)
	if !moves && memory.StageUnmanaged && !prior.Stage.IsNull() && sameBesides(after, before) {
		memory.View = handover.View{} // Nothing was sent: what is in the state changes, and nothing else.
		memory.store(ctx, resp.Private, &resp.Diagnostics)
	} else {
		r.finish(ctx, &plan, memory, found, known, resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	identify(ctx, resp.Identity, plan.identity(), &resp.Diagnostics)
}

// sameBesides reports whether a plan changes nothing but what is in the state alone: the registry has the same afterwards, and all that the
// state is to say is known.
func sameBesides(plan, prior modelVersionState) bool {
	return plan.Description.Equal(prior.Description) && plan.Tags.Equal(prior.Tags) && plan.Status.Equal(prior.Status)
}

// describe brings description and tags from before to what is planned.
func (r *modelVersionResource) describe(ctx context.Context, plan, before *modelVersionState, diags *diag.Diagnostics) bool {
	model, number := plan.ModelName.ValueString(), plan.number()
	err := r.session.changeTags(ctx, tagPlace{model: model, version: number},
		declaredTags(ctx, before.Tags, diags), declaredTags(ctx, plan.Tags, diags))
	if err == nil && !plan.Description.Equal(before.Description) {
		_, err = r.session.cache.DescribeVersion(ctx, model, number, plan.Description.ValueString())
	}
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to change description or tags of version %s of model %q", number, model), explain(err))
	}
	return err == nil
}

// promote brings the version to its planned stage, and reports whether it is there. signed is what its last promotion was signed
// with. made is the version of a create, for which an error that leaves it in its stage is a warning; nil for an update.
func (r *modelVersionResource) promote(
	ctx context.Context, config, plan *modelVersionState, goal handover.Goal, signed types.Set, memory *versionMemory, made *madeVersion,
	diags *diag.Diagnostics,
) bool {
	outcome, err := r.session.engine.Run(ctx, goal)
	if err != nil {
		title := fmt.Sprintf("Unable to move version %s of model %q to %s", goal.Version, goal.Model, goal.Stage)
		now, found := registry.FindVersion(outcome.Versions, goal.Version)
		if made == nil || !found || now.Stage != goal.Stage || outcome.From == goal.Stage {
			diags.AddAttributeError(path.Root("stage"), title, explain(err))
			return false
		}
		diags.AddAttributeWarning(path.Root("stage"),
			fmt.Sprintf("Version %s of model %q does not hold %s alone", goal.Version, goal.Model, goal.Stage), explain(err))
	}
	warnOfOvertaken(goal, outcome, diags)
	warnOfUnread(goal, outcome, diags)
	memory.View = outcome.View(goal)
	if version, found := registry.FindVersion(outcome.Versions, goal.Version); found && made != nil {
		made.version = version
	}
	written, promoted := r.session.sign(ctx, goal, outcome, declaredTags(ctx, config.PromotionTags, diags), &memory.Unwritten, diags)
	settleSignature(ctx, &plan.PromotedWith, written, promoted, signed, diags)
	return true
}

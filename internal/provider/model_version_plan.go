package provider

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ValidateConfig checks what the configuration alone can tell.
func (r *modelVersionResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config modelVersionState
	resp.Diagnostics.Append(read(ctx, req.Config, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if config.Version.IsNull() && config.Source.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("source"), "Neither source nor version is set",
			"Set source to register a new version of the model, or version to adopt one that exists.")
	}
	// A version that is not known yet, as of a variable while Terraform validates, may turn out to be null.
	if !config.Version.IsNull() && !config.Version.IsUnknown() && config.OnDestroy.ValueString() == destroyDelete {
		resp.Diagnostics.AddAttributeError(path.Root("on_destroy"), "An adopted version is never deleted",
			"With version set, the version was registered by somebody else. Use on_destroy = \"archive\" or \"retain\".")
	}
}

// ModifyPlan decides what the plan shows: what is replaced, who leaves the stage, and what must not happen at all.
func (r *modelVersionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	defer destroyWorks(req, resp)
	planning := &versionPlanning{session: r.session, memory: &versionMemory{}, found: &undeclared{}, diags: &resp.Diagnostics}
	resp.Diagnostics.Append(read(ctx, req.Config, &planning.config)...)
	resp.Diagnostics.Append(read(ctx, req.Plan, &planning.plan)...)
	if !req.State.Raw.IsNull() {
		planning.prior = &modelVersionState{}
		resp.Diagnostics.Append(read(ctx, req.State, planning.prior)...)
		planning.memory = loadMemory(ctx, req.Private, &resp.Diagnostics)
		planning.found = loadUndeclared(ctx, req.Private, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	planning.again = planning.session.known() && planning.session.isApply(req, planning.plan.ModelName.ValueString())
	proposed := planning.plan
	resp.RequiresReplace = planning.replaced()
	if len(resp.RequiresReplace) == 0 {
		planning.claimVersion()
		planning.claimTags(ctx)
	}
	planning.planOnDestroy()
	planning.planStatus()
	switch {
	case len(resp.RequiresReplace) > 0:
		// Terraform plans once more, with no prior state: that plan does the rest.
	case planning.prior == nil:
		planning.planNew(ctx)
	default:
		planning.planExisting(ctx)
	}
	planning.plan.ModelURI = modelURI(planning.plan.ModelName, planning.plan.Version, "")
	if !resp.Diagnostics.HasError() && !reflect.DeepEqual(planning.plan, proposed) { // Setting a plan costs more than making it.
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &planning.plan)...)
	}
}

// planDestroy warns when the last holder of a stage goes, and notes when another resource keeps it there.
func (r *modelVersionResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var prior modelVersionState
	resp.Diagnostics.Append(read(ctx, req.State, &prior)...)
	keeps := prior.OnDestroy.IsNull() || prior.OnDestroy.ValueString() == destroyRetain
	if resp.Diagnostics.HasError() || keeps {
		return
	}
	version := registry.Version{Model: prior.ModelName.ValueString(), Number: prior.number(), Stage: prior.wantedStage()}
	view := prior.holders(ctx, &resp.Diagnostics)
	if r.session.known() { // Terraform 1.11 plans a removed block from the state before the refresh.
		observed, seen := r.session.seenVersions(version.Model)
		if !seen && version.Stage == "" {
			observed, _ = r.session.firstVersions(ctx, version.Model) // Without an answer the destroy looks for itself.
		}
		if seen, ok := registry.FindVersion(observed, version.Number); ok {
			version.Stage, view = seen.Stage, handover.Observe(observed)
		}
	}
	leaving := claim.Departure{On: claim.Version(version.Model, version.Number), Deletes: prior.OnDestroy.ValueString() == destroyDelete}
	r.session.planLeave(ctx, leaving, version, view, resp)
}

// versionPlanning is one plan of one version resource.
type versionPlanning struct {
	session      *session
	config, plan modelVersionState
	// prior is nil for a version that is new to the state.
	prior  *modelVersionState
	memory *versionMemory
	// found is what an import has put into the state and nothing has declared.
	found *undeclared
	// again says that an apply plans once more.
	again bool
	diags *diag.Diagnostics
}

// adopts reports whether the configuration adopts a version instead of registering one.
func (p *versionPlanning) adopts() bool { return !p.config.Version.IsNull() }

// replaced returns the attributes whose change makes this another version.
func (p *versionPlanning) replaced() path.Paths {
	var changed path.Paths
	if p.prior == nil {
		return changed
	}
	for _, attribute := range []struct {
		name           string
		config, before attr.Value
	}{
		{"model_name", p.config.ModelName, p.prior.ModelName},
		{"version", p.config.Version, p.prior.Version},
		{"source", p.config.Source, p.prior.Source},
		{"run_id", p.config.RunID, p.prior.RunID},
		{"run_link", p.config.RunLink, p.prior.RunLink},
		{"model_id", p.config.ModelID, p.prior.ModelID},
	} {
		// Servers do not return model_id, so that an imported version has none: giving it is no change.
		unseen := attribute.name == "model_id" && attribute.before.IsNull()
		if !attribute.config.IsNull() && !attribute.config.Equal(attribute.before) && !unseen {
			changed.Append(path.Root(attribute.name))
		}
	}
	return changed
}

// claim returns what a claim of this resource says of the resource.
func (p *versionPlanning) claim() claim.Claim {
	made := claim.Claim{Owner: modelVersionType, Stored: p.prior != nil, Source: p.plan.Source.ValueString()}
	if !p.plan.Version.IsUnknown() {
		made.Version = p.plan.number()
	}
	made.Of = claim.Version(p.plan.ModelName.ValueString(), made.Version)
	return made
}

// claimVersion notes that the resource has the version.
func (p *versionPlanning) claimVersion() {
	if !p.session.known() || p.plan.ModelName.IsUnknown() || p.config.Version.IsUnknown() {
		return
	}
	made := p.claim()
	made.On = made.Of
	p.session.declareObject(made, "model_name", p.diags)
}

// claimTags notes the tags that the plan declares and gives up, and refuses those that promotion_tags writes.
func (p *versionPlanning) claimTags(ctx context.Context) {
	for key := range p.config.PromotionTags.Elements() {
		if _, declared := p.config.Tags.Elements()[key]; declared {
			p.diags.AddAttributeError(path.Root("promotion_tags"), fmt.Sprintf("The tag %q is in tags and in promotion_tags", key),
				"A promotion would set it, and the next plan would set it back. Use another key in one of the two.")
		}
	}
	before := types.MapNull(types.StringType)
	if p.prior != nil {
		before = p.found.managed(p.prior.Tags, p.config.Tags)
	}
	if p.plan.ModelName.IsUnknown() || p.plan.Version.IsUnknown() {
		return
	}
	p.session.claimTags(ctx, versionTagsOwner, tagPlace{model: p.plan.ModelName.ValueString(), version: p.plan.number()}, before, p.config.Tags, p.diags)
}

// planOnDestroy shows the default, which depends on where the version came from. An imported version keeps its null, so
// that a plan after an import is empty.
func (p *versionPlanning) planOnDestroy() {
	created := p.memory.Created
	if p.prior == nil {
		created = !p.adopts()
	}
	switch {
	case !p.config.OnDestroy.IsNull():
	case p.prior != nil && p.prior.OnDestroy.IsNull():
		p.plan.OnDestroy = types.StringNull()
	case created:
		p.plan.OnDestroy = types.StringValue(destroyArchive)
	default:
		p.plan.OnDestroy = types.StringValue(destroyRetain)
	}
}

// planStatus keeps a status that cannot change any more.
func (p *versionPlanning) planStatus() {
	if p.prior != nil && p.prior.Status.ValueString() == string(registry.StatusReady) {
		p.plan.Status = p.prior.Status
	}
}

// planExisting plans a version in the state from what the last read remembered, without asking the registry.
func (p *versionPlanning) planExisting(ctx context.Context) {
	if p.config.Stage.IsNull() {
		p.planUnmanaged(ctx)
		return
	}
	p.plan.StageConflicts = versionList(nil)
	if p.config.Stage.IsUnknown() || p.config.ArchiveExistingVersions.IsUnknown() {
		p.plan.ArchivedVersions, p.plan.PromotedWith = types.ListUnknown(types.StringType), types.SetUnknown(types.StringType)
		p.plan.FromStage = p.prior.FromStage
		if p.prior.Stage.IsNull() {
			p.plan.FromStage = types.StringUnknown()
		}
		return
	}
	if p.plan.wantedStage() == p.prior.wantedStage() {
		p.plan.Stage = p.prior.Stage // Written in another letter case, perhaps: no difference.
	}
	p.plan.FromStage = p.prior.FromStage
	// The plan has read the model. The plan made again during apply has not, as a rule, and leaves the tags to the handover.
	found, seen := p.session.seen(p.prior.ModelName.ValueString(), p.prior.number())
	start, ok := p.session.startOf(ctx, p.prior, &p.plan, p.memory, p.diags)
	if !ok {
		if !p.session.known() { // The plan during apply does the rest.
			p.plan.ArchivedVersions, p.plan.PromotedWith = types.ListUnknown(types.StringType), types.SetUnknown(types.StringType)
			p.plan.FromStage = types.StringUnknown()
		}
		return
	}
	start.version.Tags = found.Tags
	if p.prior.Stage.IsNull() { // Nothing else of the plan says where the version comes from.
		p.plan.FromStage = types.StringValue(string(start.version.Stage))
	}
	p.planHandover(ctx, start.version, seen, start.view)
}

// planHandover checks that version may go to its planned stage, and shows who leaves it. Its tags are checked if tagsKnown.
func (p *versionPlanning) planHandover(ctx context.Context, version registry.Version, tagsKnown bool, view handover.View) {
	goal := p.session.guard(handover.Goal{
		Model: version.Model, Version: version.Number, Stage: p.plan.wantedStage(),
		ArchiveExisting: p.plan.ArchiveExistingVersions.ValueBool(), RequireTags: declaredTags(ctx, p.plan.RequireTags, p.diags),
	})
	goal.RequireTags = knownRequirements(goal.RequireTags, p.config.Tags)
	if !tagsKnown {
		goal.RequireTags = nil
	}
	version.Tags = p.tagsToBe(ctx, version.Tags)
	before := types.SetNull(types.StringType)
	if p.prior != nil {
		before = p.prior.PromotedWith
	}
	p.plan.PromotedWith = p.session.planSignature(ctx, planned(goal), goal.Enters(version.Stage), p.config.PromotionTags, before, p.memory.Unwritten, p.diags)
	leaving := p.session.review(ctx, version, goal, view, p.diags)
	made := p.claim()
	made.Version, made.Changes = version.Number, p.prior == nil || version.Stage != goal.Stage
	p.session.stake(goal, made, p.diags)
	if p.prior != nil {
		p.session.mourn(ctx, version, goal, view, p.diags)
	}
	if p.prior != nil && version.Stage == goal.Stage && len(leaving) == 0 {
		p.plan.ArchivedVersions = p.prior.ArchivedVersions // Of the last move. This plan has none, and its apply asks for none.
		return
	}
	p.plan.ArchivedVersions = versionList(leaving)
}

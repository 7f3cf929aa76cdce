package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
)

// planUnmanaged plans a version in the state whose stage the configuration leaves out: the state does not show it. Whoever moves the
// version then, another resource of the same apply or somebody else, changes nothing that Terraform compares, and no output goes on
// saying what was true before. What the plan says of the last move goes with the stage.
func (p *versionPlanning) planUnmanaged(ctx context.Context) {
	p.plan.Stage, p.plan.ArchivedVersions, p.plan.StageConflicts = p.prior.Stage, p.prior.ArchivedVersions, p.prior.StageConflicts
	if p.config.ArchiveExistingVersions.IsNull() {
		p.plan.ArchiveExistingVersions = p.prior.ArchiveExistingVersions // It says nothing while the stage is not managed.
	}
	p.plan.PromotedWith, p.plan.FromStage = p.prior.PromotedWith, p.prior.FromStage
	if p.prior.Stage.IsNull() || (p.memory.StageFound || p.memory.StageUnmanaged) && !p.letsGo(ctx) {
		return
	}
	p.plan.Stage, p.plan.ArchivedVersions, p.plan.StageConflicts = types.StringNull(), versionList(nil), versionList(nil)
}

// letsGo reports whether a stage goes from the state that an import has found, or that an earlier version of this provider has shown.
// Nobody knows whether the configuration has declared it since an import: Terraform stores nothing of a plan without changes. It stays, so
// that the plan of the import is empty, until the resource is changed anyway, or the plan moves the version. The plan that
// an apply makes again is only made where there was a change; nothing is read before it, as nothing is read with -refresh=false.
func (p *versionPlanning) letsGo(ctx context.Context) bool {
	model, number, stage := p.prior.ModelName.ValueString(), p.prior.number(), p.prior.wantedStage()
	if !p.session.known() {
		return p.changed()
	}
	ledger := p.session.ledger
	return p.again || !ledger.WasRead(claim.Version(model, number)) || p.changed() ||
		stage.Exclusive() && ledger.Moved(ctx, claim.Stage(model, stage), number)
}

// changed reports whether the configuration changes anything of the version in the state but its stage.
func (p *versionPlanning) changed() bool {
	plan, prior := &p.plan, p.prior
	for _, pair := range [][2]attr.Value{
		{plan.ModelName, prior.ModelName}, {plan.Version, prior.Version}, {plan.Source, prior.Source}, {plan.RunID, prior.RunID},
		{plan.RunLink, prior.RunLink}, {plan.ModelID, prior.ModelID}, {plan.Description, prior.Description}, {plan.Tags, prior.Tags},
		{plan.RequireTags, prior.RequireTags}, {plan.ArchiveExistingVersions, prior.ArchiveExistingVersions},
		{plan.OnDestroy, prior.OnDestroy}, {plan.Timeouts, prior.Timeouts},
	} {
		if !pair[0].Equal(pair[1]) {
			return true
		}
	}
	return false
}

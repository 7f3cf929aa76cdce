package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const rollbackActionType = typeName + "_rollback"

// rollbackAction is the action mlregistry_rollback.
type rollbackAction struct{ promotionAction }

var (
	_ action.ActionWithConfigure        = (*rollbackAction)(nil)
	_ action.ActionWithConfigValidators = (*rollbackAction)(nil)
	_ action.ActionWithModifyPlan       = (*rollbackAction)(nil)
)

func newRollbackAction() action.Action { return &rollbackAction{} }

// rollbackConfig is the configuration of the action.
type rollbackConfig struct {
	ModelName types.String   `tfsdk:"model_name"`
	Stage     types.String   `tfsdk:"stage"`
	Alias     types.String   `tfsdk:"alias"`
	Timeouts  timeouts.Value `tfsdk:"timeouts"`
}

func (c *rollbackConfig) target() promotionTarget {
	return promotionTarget{ModelName: c.ModelName, Stage: c.Stage, Alias: c.Alias}
}

func (a *rollbackAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = rollbackActionType
}

func (a *rollbackAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := targetAttributes()
	maps.Copy(attributes, map[string]schema.Attribute{"timeouts": actionTimeouts(ctx)})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Gives a stage or an alias back to the version that had it before, at once: by `terraform apply " +
			"-invoke=action.mlregistry_rollback.NAME`. Needs Terraform 1.14. Which one that is says the promotion tag of the version that has it now, if " +
			"the provider's `promotion_tags` have one with the value `{replaced}`; else, for a stage, the Archived version that was changed last. Where " +
			"neither tells one version, it refuses. The plan names it. Everything else is as with `mlregistry_promote`: a gate counts, and no state changes.",
		Attributes: attributes,
	}
}

// ModifyPlan names the version that would come back.
func (a *rollbackAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config rollbackConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !config.target().known() || !a.session.known() {
		return
	}
	now, ok := a.stand(ctx, config.target(), &resp.Diagnostics)
	if !ok {
		return
	}
	if w, _, ok := a.predecessor(now, &resp.Diagnostics); ok && a.check(now, w, &resp.Diagnostics) {
		a.announce(now, w, &resp.Diagnostics)
	}
}

func (a *rollbackAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config rollbackConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := within(ctx, config.Timeouts.Invoke, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || !a.session.checkWrite(config.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	now, ok := a.stand(ctx, config.target(), &resp.Diagnostics)
	if !ok {
		return
	}
	w, why, ok := a.predecessor(now, &resp.Diagnostics)
	if !ok {
		return
	}
	tell := teller(resp)
	tell(why)
	a.promote(ctx, now, w, tell, &resp.Diagnostics)
}

// predecessor returns the version that had the stage or the alias before, and how that is known. It is an error at stage or alias where
// nothing tells one.
func (a *rollbackAction) predecessor(now standing, diags *diag.Diagnostics) (wish, string, bool) {
	attribute := path.Root("stage")
	if now.to.alias != "" {
		attribute = path.Root("alias")
	}
	fail := func(why string) (wish, string, bool) {
		diags.AddAttributeError(attribute, fmt.Sprintf("Nothing tells who had %s before", now.what()),
			why+" "+nothingTouched+"Name the version: use "+promoteActionType+". For the next time, let the provider write down who was replaced: "+
				"promotion_tags = { replaced = \"{replaced}\" }.")
		return wish{}, "", false
	}
	back := func(version registry.Number, why string) (wish, string, bool) {
		return wish{version: version, anyone: true}, why, true
	}
	if len(now.holders) > 1 {
		return fail(fmt.Sprintf("%s have it now.", upperFirst(handover.VersionList(now.holders))))
	}
	for _, key := range slices.Sorted(maps.Keys(a.session.signedFor(now.to))) {
		if a.session.promotionTags[key] != "{"+wordReplaced+"}" || len(now.holders) == 0 {
			continue
		}
		holder, _ := registry.FindVersion(now.versions, now.holders[0])
		if before, err := registry.ParseNumber(holder.Tags[key]); err == nil {
			return back(before, fmt.Sprintf("Version %s was replaced by version %s, as its tag %q says.", before, holder.Number, key))
		}
	}
	if now.to.alias != "" || a.session.keptAs != nil {
		return fail("The registry does not keep it.")
	}
	var last registry.Version
	alone := false
	for _, version := range now.versions {
		switch {
		case version.Stage != registry.StageArchived || version.UpdatedAt.Before(last.UpdatedAt):
		default:
			last, alone = version, version.UpdatedAt.After(last.UpdatedAt)
		}
	}
	switch {
	case last.Number == 0:
		return fail("No version is Archived.")
	case !alone:
		return fail("Two versions were archived at the same time.")
	}
	return back(last.Number, fmt.Sprintf("Version %s is the Archived version that was changed last.", last.Number))
}

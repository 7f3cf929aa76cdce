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
			"the provider's `promotion_tags` have one with the value `{replaced}` (and, where several stages or aliases get them, one with `{stage}`); else, " +
			"for MLflow's own stages, the one version that was archived in the same moment. Where neither tells one, it refuses. The plan names the " +
			"version. Everything else is as with `mlregistry_promote`: a gate counts, and no state changes.",
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
	if len(now.holders) == 0 {
		return fail("Nobody has it now.")
	}
	holder, _ := registry.FindVersion(now.versions, now.holders[0])
	native := now.to.alias == "" && a.session.keptAs == nil
	// MLflow writes one time to all versions that one transition changes: who was archived with the promotion bears the holder's.
	var together []registry.Number
	for _, version := range now.versions {
		if native && version.Stage == registry.StageArchived && version.UpdatedAt.Equal(holder.UpdatedAt) {
			together = append(together, version.Number)
		}
	}
	key, tagged := a.replacedTag(now.to)
	said, written := holder.Tags[key]
	switch {
	case tagged && written && !a.tellsOf(now.to, holder):
		return fail(fmt.Sprintf("The tag %q of version %s may be about another stage or alias.", key, holder.Number))
	case tagged && written:
		before, err := registry.ParseNumber(said)
		version, found := registry.FindVersion(now.versions, before)
		switch {
		case err != nil:
			return fail(fmt.Sprintf("The tag %q of version %s is %q, which is no version.", key, holder.Number, said))
		case !found:
			return fail(fmt.Sprintf("The tag %q of version %s says %s, which does not exist.", key, holder.Number, before))
		case now.to.alias == "" && version.Stage != registry.StageArchived, len(together) > 0 && !slices.Contains(together, before):
			return fail(fmt.Sprintf("The tag %q of version %s says %s, and the archive says otherwise: it was promoted again since, without the tag.",
				key, holder.Number, before))
		}
		return back(before, fmt.Sprintf("Version %s was replaced by version %s, as its tag %q says.", before, holder.Number, key))
	case len(together) == 1:
		return back(together[0], fmt.Sprintf("Version %s was archived when version %s was promoted.", together[0], holder.Number))
	}
	return fail("The registry does not keep it.")
}

// replacedTag returns the key of the provider's promotion tag that says who was replaced.
func (a *rollbackAction) replacedTag(to target) (string, bool) { return a.tagOf(to, wordReplaced) }

// tagOf returns the key of the promotion tag whose value is one placeholder.
func (a *rollbackAction) tagOf(to target, word string) (string, bool) {
	tags := a.session.signedFor(to)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if tags[key] == "{"+word+"}" {
			return key, true
		}
	}
	return "", false
}

// tellsOf reports whether the promotion tags of a version are of its promotion to this stage or alias: a tag with {stage} says so. Without
// one, only one stage or alias may get these tags.
func (a *rollbackAction) tellsOf(to target, holder registry.Version) bool {
	name := to.alias
	if name == "" {
		name = string(to.stage)
	}
	if key, tagged := a.tagOf(to, wordStage); tagged {
		return holder.Tags[key] == name
	}
	if to.alias == "" {
		return len(a.session.gatedAliases) == 0
	}
	return len(a.session.gatedAliases) == 1 && holder.Stage == registry.StageNone
}

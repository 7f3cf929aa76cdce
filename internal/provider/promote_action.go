package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const promoteActionType = typeName + "_promote"

// promoteAction is the action mlregistry_promote.
type promoteAction struct{ promotionAction }

var (
	_ action.ActionWithConfigure        = (*promoteAction)(nil)
	_ action.ActionWithConfigValidators = (*promoteAction)(nil)
	_ action.ActionWithModifyPlan       = (*promoteAction)(nil)
)

func newPromoteAction() action.Action { return &promoteAction{} }

// promoteConfig is the configuration of the action.
type promoteConfig struct {
	ModelName     types.String   `tfsdk:"model_name"`
	Stage         types.String   `tfsdk:"stage"`
	Alias         types.String   `tfsdk:"alias"`
	Version       types.String   `tfsdk:"version"`
	Replaces      types.List     `tfsdk:"replaces"`
	RequireTags   types.Map      `tfsdk:"require_tags"`
	PromotionTags types.Map      `tfsdk:"promotion_tags"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

func (c *promoteConfig) target() promotionTarget {
	return promotionTarget{ModelName: c.ModelName, Stage: c.Stage, Alias: c.Alias}
}

// wish returns the promotion that is configured.
func (c *promoteConfig) wish(ctx context.Context, diags *diag.Diagnostics) wish {
	number, _ := registry.ParseNumber(c.Version.ValueString())
	return wish{
		version: number, requireTags: declaredTags(ctx, c.RequireTags, diags), promotionTags: declaredTags(ctx, c.PromotionTags, diags),
		replaces: numberList(ctx, c.Replaces, diags), anyone: c.Replaces.IsNull(),
	}
}

func (a *promoteAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = promoteActionType
}

func (a *promoteAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := targetAttributes()
	maps.Copy(attributes, map[string]schema.Attribute{
		"version": schema.StringAttribute{
			Required: true, Validators: []validator.String{versionNumberRule()},
			MarkdownDescription: "Number of the version that is promoted, as a string or a number. It must be READY.",
		},
		"replaces": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.ValueStringsAre(versionNumberRule())},
			MarkdownDescription: "Numbers of the versions that may lose the stage or the alias; the action refuses if another one has it. An empty list " +
				"refuses everybody. Default: whoever has it when the action runs.",
		},
		"require_tags": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: requiredTagRules(),
			MarkdownDescription: "Tags that the version must have, with these values. They add to the provider's `require_tags` where those count, and " +
				"win where a key is in both. Default: none.",
		},
		"promotion_tags": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: promotionTagRules(),
			MarkdownDescription: "Tags to write onto the version once it was promoted. They add to the provider's `promotion_tags` where those count, and " +
				"win where a key is in both. " + placeholderText() + " Default: none.",
		},
		"timeouts": actionTimeouts(ctx),
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Promotes a version at once, for an incident or a script: by `terraform apply -invoke=action.mlregistry_promote.NAME`, or when a " +
			"resource changes (`action_trigger`). Needs Terraform 1.14. It refuses what the resources refuse (READY, `require_staging`, `require_tags`), archives " +
			"who leaves in the same transaction, and looks afterwards. It changes no state: the next plan shows the move as drift where a resource manages the " +
			"stage or the alias, and its apply takes it back unless the configuration follows.",
		Attributes: attributes,
	}
}

// ModifyPlan says who would lose the stage or the alias, and fails what must not happen.
func (a *promoteAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config promoteConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	known := config.target().known() && !config.Version.IsUnknown() && !config.Replaces.IsUnknown()
	if resp.Diagnostics.HasError() || !known || !a.session.known() {
		return
	}
	now, ok := a.stand(ctx, config.target(), &resp.Diagnostics)
	w := config.wish(ctx, &resp.Diagnostics)
	w.requireTags = knownRequirements(w.requireTags, config.RequireTags)
	if !ok || !a.check(now, w, &resp.Diagnostics) {
		return
	}
	a.announce(now, w, &resp.Diagnostics)
}

// announce warns of what an action is about to do: Terraform shows nothing else of it.
func (a *promotionAction) announce(now standing, w wish, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("Version %s is to get %s", w.version, now.what()), upperFirst(now.held())+
		". The action moves it at once, and changes no state. Where a resource manages it, change the configuration as well: the next apply takes the move back "+
		"otherwise.")
}

func (a *promoteAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config promoteConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := within(ctx, config.Timeouts.Invoke, defaultChangeTimeout, &resp.Diagnostics)
	defer cancel()
	w := config.wish(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !a.session.checkWrite(config.ModelName.ValueString(), &resp.Diagnostics) {
		return
	}
	if now, ok := a.stand(ctx, config.target(), &resp.Diagnostics); ok {
		a.promote(ctx, now, w, teller(resp), &resp.Diagnostics)
	}
}

// teller tells Terraform the progress of an action.
func teller(resp *action.InvokeResponse) func(string) {
	return func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) }
}

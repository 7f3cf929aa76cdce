package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// promotionAction is what the two actions share: each moves one stage or one alias to a version, at once and outside of any state.
type promotionAction struct{ session *session }

// Configure takes the session of the provider.
func (a *promotionAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.session = sessionFrom(req.ProviderData, &resp.Diagnostics)
}

// ConfigValidators asks for a stage or an alias.
func (a *promotionAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("stage"), path.MatchRoot("alias"))}
}

// promotionTarget is the part of a configuration that names the stage or the alias.
type promotionTarget struct {
	ModelName types.String
	Stage     types.String
	Alias     types.String
}

// targetAttributes are the attributes of a promotionTarget.
func targetAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"model_name": schema.StringAttribute{
			Required: true, Validators: []validator.String{modelNameRule()},
			MarkdownDescription: "Name of the registered model.",
		},
		"stage": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stageRule(), exclusiveStageRule()},
			MarkdownDescription: "Stage to move: `Production` or `Staging`, in any letter case. Set this or `alias`.",
		},
		"alias": schema.StringAttribute{
			Optional: true, Validators: []validator.String{aliasRule()},
			MarkdownDescription: "Alias to move, such as `champion`. Set this or `stage`.",
		},
	}
}

func (t promotionTarget) known() bool {
	return !t.ModelName.IsUnknown() && !t.Stage.IsUnknown() && !t.Alias.IsUnknown()
}

// target returns what is to be moved.
func (t promotionTarget) target() target {
	stage, _ := registry.ParseStage(t.Stage.ValueString())
	if !t.Alias.IsNull() {
		stage = ""
	}
	return target{stage: stage, alias: t.Alias.ValueString()}
}

// standing is how a stage or an alias is held now.
type standing struct {
	model    string
	to       target
	versions []registry.Version
	// holders have the stage, or the alias, in ascending order.
	holders []registry.Number
}

// stand reads how a stage or an alias is held, past every cache.
func (a *promotionAction) stand(ctx context.Context, of promotionTarget, diags *diag.Diagnostics) (standing, bool) {
	now := standing{model: of.ModelName.ValueString(), to: of.target()}
	if a.session.keptAs != nil && now.to.alias != "" {
		if stage := a.session.keptAs.Stage(now.to.alias); stage != "" {
			now.to = target{stage: stage}
		}
	}
	fresh := a.session.cache.Fresh()
	model, err := fresh.Model(ctx, now.model)
	if err == nil && model.IsPrompt() {
		refusePrompt("model_name", now.model, diags)
		return now, false
	}
	if err == nil {
		now.versions, err = fresh.Versions(ctx, now.model)
	}
	if err != nil {
		diags.AddAttributeError(path.Root("model_name"), fmt.Sprintf("Unable to read registered model %q", now.model), explain(err))
		return now, false
	}
	if now.to.alias == "" {
		now.holders = registry.Holders(now.versions, now.to.stage)
	} else if number, found := model.Aliases[now.to.alias]; found {
		now.holders = []registry.Number{number}
	}
	return now, true
}

// what names the stage or the alias in a sentence.
func (s standing) what() string {
	if s.to.alias != "" {
		return fmt.Sprintf("the alias %q of model %q", s.to.alias, s.model)
	}
	return fmt.Sprintf("%s of model %q", s.to.stage, s.model)
}

// held says who holds it.
func (s standing) held() string {
	if len(s.holders) == 0 {
		return "nobody has it now"
	}
	return fmt.Sprintf("%s has it now", handover.VersionList(s.holders))
}

// wish is a promotion that an action is to make.
type wish struct {
	version       registry.Number
	requireTags   map[string]string
	promotionTags map[string]string
	// replaces are the versions that may lose the stage or the alias; anybody if anyone is set.
	replaces []registry.Number
	anyone   bool
}

// check says in diags why the promotion must not happen, and reports whether it may. It names who loses the stage or the alias.
func (a *promotionAction) check(now standing, w wish, diags *diag.Diagnostics) bool {
	version, found := registry.FindVersion(now.versions, w.version)
	if !found {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Model %q has no version %s", now.model, w.version), missingVersionAdvice(now.versions))
		return false
	}
	var err error
	if now.to.alias == "" {
		err = handover.Check(version, a.session.guard(handover.Goal{Model: now.model, Version: w.version, Stage: now.to.stage, RequireTags: w.requireTags}))
	} else if !slices.Contains(now.holders, w.version) {
		err = handover.CheckAlias(version, a.aliasGoal(now, w))
	}
	if err != nil {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Version %s of model %q may not be promoted", w.version, now.model), explain(err))
		return false
	}
	strangers := slices.DeleteFunc(slices.Clone(now.holders), func(number registry.Number) bool {
		return number == w.version || w.anyone || slices.Contains(w.replaces, number)
	})
	if len(strangers) > 0 {
		diags.AddAttributeError(path.Root("replaces"), fmt.Sprintf("%s is held by %s", upperFirst(now.what()), handover.VersionList(strangers)),
			"replaces does not name it. "+nothingTouched+"Look who promoted it, and add it to replaces if it is to go.")
		return false
	}
	return true
}

func (a *promotionAction) aliasGoal(now standing, w wish) handover.AliasGoal {
	goal := handover.AliasGoal{
		Model: now.model, Alias: now.to.alias, Version: w.version, Held: true,
		RequireTags: overlaid(a.session.requiredFor(now.to), w.requireTags),
	}
	if len(now.holders) > 0 {
		goal.From = now.holders[0]
	}
	return goal
}

// upperFirst begins a sentence, with words of this package.
func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// promote makes a promotion, from what was read just before, and tells each step.
func (a *promotionAction) promote(ctx context.Context, now standing, w wish, tell func(string), diags *diag.Diagnostics) {
	tell(fmt.Sprintf("%s: %s.", upperFirst(now.what()), now.held()))
	if !a.check(now, w, diags) {
		return
	}
	if now.to.alias != "" {
		a.moveAlias(ctx, now, w, tell, diags)
		return
	}
	goal := a.session.guard(handover.Goal{
		Model: now.model, Version: w.version, Stage: now.to.stage, ArchiveExisting: true, Reviewed: now.holders, RequireTags: w.requireTags,
	})
	outcome, err := a.session.engine.Run(ctx, goal)
	if err != nil {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Unable to give %s to version %s", now.what(), w.version), explain(err))
		return
	}
	warnOfOvertaken(goal, outcome, diags)
	warnOfUnread(goal, outcome, diags)
	left := ""
	if len(outcome.Archived) > 0 {
		left = fmt.Sprintf(" %s was archived.", upperFirst(handover.VersionList(outcome.Archived)))
	}
	tell(fmt.Sprintf("Version %s holds %s.%s", w.version, now.what(), left))
	var unwritten *unwrittenTags
	a.session.sign(ctx, goal, outcome, w.promotionTags, &unwritten, diags)
}

// moveAlias is promote for an alias.
func (a *promotionAction) moveAlias(ctx context.Context, now standing, w wish, tell func(string), diags *diag.Diagnostics) {
	goal := a.aliasGoal(now, w)
	mayCreate := func(map[string]registry.Number) bool { return true }
	outcome, err := a.session.engine.MoveAlias(ctx, goal, mayCreate)
	if err != nil {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("Unable to point %s at version %s", now.what(), w.version), explain(err))
		return
	}
	warnOfAliasMove(goal, outcome, diags)
	tell(fmt.Sprintf("%s points at version %s.", upperFirst(now.what()), w.version))
	if outcome.Moved {
		var unwritten *unwrittenTags
		a.session.signPromotion(ctx, promotion{
			model: now.model, version: w.version, to: now.to, words: aliasWords(goal, outcome), own: w.promotionTags,
		}, &unwritten, diags)
	}
}

// actionTimeouts is the time limit of an action.
func actionTimeouts(ctx context.Context) schema.Attribute {
	return timeouts.AttributesWithOpts(ctx, timeouts.Opts{
		InvokeDescription: "How long the promotion may take, as in `30s` or `10m`. Default: `10m`.",
	})
}

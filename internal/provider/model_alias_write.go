package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// aliasChange is what the apply of an alias is about.
type aliasChange struct {
	config, plan *modelAliasState
	// prior is the state; nil for a create. before is the state that the plan started from: nil for an alias that is new to the state or
	// becomes another one.
	prior, before *modelAliasState
}

// goal returns the move that a change asks for.
func (r *modelAliasResource) goal(ctx context.Context, change aliasChange, diags *diag.Diagnostics) handover.AliasGoal {
	goal := r.guarded(ctx, change.plan, diags)
	if change.before != nil {
		goal.Held, goal.From = true, change.before.number()
	} else if from, err := registry.ParseNumber(change.plan.PreviousVersion.ValueString()); err == nil {
		goal.From = from
	}
	return goal
}

// guarded returns the move that a plan asks for, with all tags that its version must have.
func (r *modelAliasResource) guarded(ctx context.Context, plan *modelAliasState, diags *diag.Diagnostics) handover.AliasGoal {
	at := plan.alias()
	return handover.AliasGoal{
		Model: at.Model, Alias: at.Name, Version: plan.number(),
		RequireTags: overlaid(r.session.requiredFor(target{alias: at.Name}), declaredTags(ctx, plan.RequireTags, diags)),
	}
}

// set points the alias where the plan says, if it is where the plan saw it, makes sure that it does, and writes the promotion tags.
// Nobody can prevent that somebody moves it between the look and the write: MLflow has no compare-and-set. Once the alias is set,
// whatever fails after that is a warning.
func (r *modelAliasResource) set(ctx context.Context, change aliasChange, private privateWriter, diags *diag.Diagnostics) bool {
	plan, goal := change.plan, r.goal(ctx, change, diags)
	at := plan.alias()
	if diags.HasError() {
		return false
	}
	defer r.session.writes.Lock(at)()
	mayCreate := func(aliases map[string]registry.Number) bool {
		return spelled(ctx, r.session, "alias", "alias", at.Model, at.Name, aliases, nil, diags)
	}
	if change.before == nil {
		r.session.ledger.Set(at)
	}
	outcome, err := r.session.engine.MoveAlias(ctx, goal, mayCreate)
	if err != nil {
		r.explainMove(goal, outcome, err, diags)
		return false
	}
	r.session.ledger.Set(at)
	warnOfAliasMove(goal, outcome, diags)
	signed := types.SetNull(types.StringType)
	if change.prior != nil {
		signed = change.prior.PromotedWith
	}
	var written []string
	if outcome.Moved {
		var unwritten *unwrittenTags
		written = r.session.signPromotion(ctx, promotion{
			model: at.Model, version: goal.Version, to: target{alias: at.Name}, words: aliasWords(goal, outcome),
			own: declaredTags(ctx, change.config.PromotionTags, diags),
		}, &unwritten, diags)
		saveUnwritten(ctx, unwritten, private, diags)
	}
	settleSignature(ctx, &plan.PromotedWith, written, outcome.Moved, signed, diags)
	plan.ModelURI = modelURI(plan.ModelName, plan.Alias, "@")
	if plan.PreviousVersion.IsUnknown() {
		plan.PreviousVersion = types.StringNull()
		if outcome.From != 0 {
			plan.PreviousVersion = types.StringValue(outcome.From.String())
		}
	}
	seenModel(ctx, outcome.Model, private, diags)
	return true
}

// aliasWords returns what placeholders stand for after the move of an alias.
func aliasWords(goal handover.AliasGoal, outcome handover.AliasOutcome) placeholderWords {
	words := placeholderWords{wordStage: goal.Alias, wordTime: timeOrNull(outcome.At).ValueString()}
	if outcome.From != 0 {
		words[wordReplaced] = outcome.From.String()
	}
	return words
}

// explainMove adds the error for an alias that could not be moved.
func (r *modelAliasResource) explainMove(goal handover.AliasGoal, outcome handover.AliasOutcome, err error, diags *diag.Diagnostics) {
	var (
		moved     *handover.AliasMovedError
		taken     *handover.AliasTakenError
		displaced *handover.AliasDisplacedError
	)
	at, version := claim.Alias(goal.Model, goal.Alias), path.Root("version")
	switch {
	case errors.Is(err, registry.ErrOtherSpelling) && diags.HasError(): // It is explained already.
	case errors.As(err, &moved):
		planned := ""
		if goal.From != 0 {
			planned = goal.From.String()
		}
		diags.AddAttributeError(version, fmt.Sprintf("The alias %q of model %q was moved since the plan", goal.Alias, goal.Model),
			movedAlias(moved.Now, planned))
	case errors.As(err, &taken):
		diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("The alias %q of model %q exists already", goal.Alias, goal.Model),
			takenAlias(at, taken.Now))
	case errors.As(err, &displaced) && displaced.Now == 0 && isKeptAs(at, goal.Version, outcome.Model.Aliases, diags):
	case errors.As(err, &displaced):
		diags.AddAttributeError(version, fmt.Sprintf("The alias %q of model %q was moved by somebody else", goal.Alias, goal.Model),
			explainWith(err, "Run terraform plan to see what an apply would change now, and find out who moves this alias as well."))
	default:
		diags.AddAttributeError(version, fmt.Sprintf("Unable to point alias %q of model %q at version %s", goal.Alias, goal.Model, goal.Version),
			explain(err))
	}
}

// warnOfAliasMove says what a move that went well has met.
func warnOfAliasMove(goal handover.AliasGoal, outcome handover.AliasOutcome, diags *diag.Diagnostics) {
	if outcome.Overtaken != 0 {
		diags.AddAttributeWarning(path.Root("version"),
			fmt.Sprintf("The alias %q of model %q was at version %s for a moment", goal.Alias, goal.Model, outcome.Overtaken),
			fmt.Sprintf("Somebody pointed it at version %s while this apply moved it, and may have been told that it went well. It points at version %s now. Find out who moves this alias as well.", outcome.Overtaken, goal.Version))
	}
	if outcome.Unread != nil {
		diags.AddAttributeWarning(path.Root("version"),
			fmt.Sprintf("The alias %q of model %q could not be read back", goal.Alias, goal.Model),
			fmt.Sprintf("The server has answered that it points at version %s, and then it could not be read. Whether somebody has moved it since is for the "+
				"next plan to see: run terraform plan.\n\n%s", goal.Version, explain(outcome.Unread)))
	}
}

// isKeptAs adds the error for a registry that keeps an alias under another spelling of its name, and reports whether it does.
func isKeptAs(at claim.Object, wanted registry.Number, aliases map[string]registry.Number, diags *diag.Diagnostics) bool {
	other, found := registry.OtherSpelling(aliases, at.Name)
	if !found || aliases[other] != wanted {
		return false
	}
	diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("The registry keeps the alias %q of model %q as %q", at.Name, at.Model, other),
		fmt.Sprintf("It points at version %s now, as was planned, under that name. Write %q here, and import it. %s", wanted, other,
			importAdvice(modelAliasType, at.Model+"/"+other)))
	return true
}

// remove deletes an alias, unless another resource has it, or it points elsewhere than the plan saw. planned is empty for one that led
// nowhere and is not to be compared.
func (r *modelAliasResource) remove(ctx context.Context, at claim.Object, planned string, diags *diag.Diagnostics) {
	defer r.session.writes.Lock(at)()
	if r.session.ledger.Declared(at) || r.session.ledger.IsSet(at) {
		return
	}
	model, err := r.session.cache.Fresh().Model(ctx, at.Model)
	number, found := model.Aliases[at.Name]
	if err == nil && found && planned != "" && number.String() != planned {
		diags.AddWarning(fmt.Sprintf("The alias %q of model %q was left alone", at.Name, at.Model), movedAlias(number, planned))
		return
	}
	if err == nil && found {
		err = r.session.cache.DeleteAlias(ctx, at.Model, at.Name)
	}
	if err != nil && !errors.Is(err, registry.ErrNotFound) {
		diags.AddError(fmt.Sprintf("Unable to delete alias %q of model %q", at.Name, at.Model), explain(err))
	}
}

// movedAlias says where an alias points instead of where the plan saw it. number is 0 if it is gone.
func movedAlias(number registry.Number, planned string) string {
	now := fmt.Sprintf("It points at version %s now", number)
	if number == 0 {
		now = "Somebody has deleted it"
	}
	if planned == "" {
		return now + "; the plan saw that its version was deleted. It was left as it is. Run terraform plan to see what an apply would change now."
	}
	return fmt.Sprintf("%s; the plan saw version %s. It was left as it is. Run terraform plan to see what an apply would change now.", now, planned)
}

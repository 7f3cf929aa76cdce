package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// set points the alias where the plan says, if it is where the plan saw it, and makes sure that it does. before is the state that the plan
// started from; nil for an alias that is new to the state or becomes another one. Nobody can prevent that somebody moves it between the
// look and the write: MLflow has no compare-and-set.
func (r *modelAliasResource) set(
	ctx context.Context, plan *modelAliasState, before *modelAliasState, private privateWriter, diags *diag.Diagnostics,
) bool {
	at, wanted := plan.alias(), plan.number()
	defer r.session.writes.Lock(at)()
	failed := fmt.Sprintf("Unable to point alias %q of model %q at version %s", at.Name, at.Model, wanted)
	model, err := r.session.cache.Fresh().Model(ctx, at.Model)
	if err != nil {
		diags.AddAttributeError(path.Root("version"), failed, explain(err))
		return false
	}
	number, found := model.Aliases[at.Name]
	switch {
	case found && number == wanted && before != nil:
		seenModel(ctx, model, private, diags)
		return true
	case before == nil && found && number != wanted && plan.PreviousVersion.ValueString() != number.String():
		diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("The alias %q of model %q exists already", at.Name, at.Model), takenAlias(at, number))
		return false
	case before != nil && !r.isAsPlanned(ctx, at, number, found, before):
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("The alias %q of model %q was moved since the plan", at.Name, at.Model),
			movedAlias(number, before.Version.ValueString()))
		return false
	}
	if !found && !spelled(ctx, r.session, "alias", "alias", at.Model, at.Name, model.Aliases, nil, diags) {
		return false
	}
	r.session.ledger.Set(at)
	got, err := r.session.engine.PointAlias(ctx, at.Model, at.Name, wanted, number)
	if err != nil {
		diags.AddAttributeError(path.Root("version"), failed, explain(err))
		return false
	}
	if got == 0 && r.isKeptAs(ctx, at, wanted, diags) {
		return false
	}
	if got != wanted {
		diags.AddAttributeError(path.Root("version"), fmt.Sprintf("The alias %q of model %q was moved by somebody else", at.Name, at.Model),
			fmt.Sprintf("It was pointed at version %s, and somebody else changed it at the same time. Run terraform plan to see where it points now.", wanted))
		return false
	}
	seenModel(ctx, model, private, diags)
	return true
}

// isKeptAs adds the error for a registry that keeps an alias under another spelling of its name, and reports whether it does.
func (r *modelAliasResource) isKeptAs(ctx context.Context, at claim.Object, wanted registry.Number, diags *diag.Diagnostics) bool {
	model, err := r.session.cache.Model(ctx, at.Model)
	other, found := registry.OtherSpelling(model.Aliases, at.Name)
	if err != nil || !found || model.Aliases[other] != wanted {
		return false
	}
	diags.AddAttributeError(path.Root("alias"), fmt.Sprintf("The registry keeps the alias %q of model %q as %q", at.Name, at.Model, other),
		fmt.Sprintf("It points at version %s now, as was planned, under that name. Write %q here, and import it. %s", wanted, other,
			importAdvice(modelAliasType, at.Model+"/"+other)))
	return true
}

// isAsPlanned reports whether an alias is where the plan saw it. One that is gone may have gone with its version, by this very apply, and one
// whose version is gone leads nowhere: to move it takes it from nobody.
func (r *modelAliasResource) isAsPlanned(ctx context.Context, at claim.Object, number registry.Number, found bool, before *modelAliasState) bool {
	planned := before.number()
	switch {
	case found && number == planned, !found && planned == 0:
		return true
	case found && planned != 0:
		return false
	case !found:
		number = planned
	}
	_, err := r.session.cache.Version(ctx, at.Model, number)
	return errors.Is(err, registry.ErrNotFound)
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

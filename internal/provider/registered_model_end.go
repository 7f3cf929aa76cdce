package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// forcedNote is what a read notes of a model that may be deleted with its versions.
const forcedNote = "force_destroy"

// forced notes that a resource in the state has the model, and whether it may delete it with its versions: the plan of a tainted one
// knows nothing of the state.
func (r *registeredModelResource) forced(name string, force types.Bool) {
	note := ""
	if force.ValueBool() {
		note = forcedNote
	}
	r.session.ledger.Note(claim.Model(name), note)
}

// isForced reports whether a resource in the state may delete the model with its versions.
func (r *registeredModelResource) isForced(name string) bool {
	note, _ := r.session.ledger.Noted(claim.Model(name))
	return note == forcedNote
}

// planEnd plans that a model is deleted with all that is in it. It warns of the versions that serve, and fails if another resource keeps
// something of the model, be it planned before or after this. What the plan saw is noted for the apply.
func (r *registeredModelResource) planEnd(ctx context.Context, leaving claim.Departure, resp *resource.ModifyPlanResponse) {
	name, diags := leaving.On.Model, &resp.Diagnostics
	note := &departureNote{On: &leaving.On, Serving: make(map[registry.Number]registry.Stage)}
	kept, others := r.session.ledger.LeaveModel(ctx, leaving)
	if kept {
		note.Kept = append(note.Kept, leaving.On)
		note.save(ctx, resp.Private, diags)
		return
	}
	switch {
	case len(others) == 0:
	case others[0].On == leaving.On:
		removedAndKept(leaving.On, "name", diags)
		return
	default:
		diags.AddAttributeError(path.Root("name"),
			fmt.Sprintf("Registered model %q would be deleted while other resources keep what is in it", name), endedAdvice(others[0]))
		return
	}
	versions, err := r.session.cache.Versions(ctx, name)
	if err != nil {
		diags.AddError(fmt.Sprintf("Unable to read the versions of model %q", name), explain(err))
		return
	}
	var serving []string
	for _, version := range versions {
		note.Newest = max(note.Newest, version.Number)
		if version.Stage.Exclusive() {
			note.Serving[version.Number] = version.Stage
			serving = append(serving, fmt.Sprintf("version %s in %s", version.Number, version.Stage))
		}
	}
	note.save(ctx, resp.Private, diags)
	if len(serving) == 0 {
		return
	}
	title := fmt.Sprintf("Registered model %q is to be deleted with versions that serve", name)
	detail := fmt.Sprintf("The apply deletes the model with all its versions, for good: %s. Whoever asks the registry for the model finds none of "+
		"them. To keep the model, take this out of the plan: terraform untaint for a tainted resource, a removed block with destroy = false "+
		"for one that Terraform is no longer to manage.", strings.Join(serving, ", "))
	if r.session.ledger.DeclaredBy(leaving.On, func(made claim.Claim) bool { return made.Stored }) {
		// It is replaced by -replace or replace_triggered_by: Terraform drops the warnings of its second plan.
		diags.AddAttributeError(path.Root("force_destroy"), title, detail+" To replace it nevertheless, move these versions to Archived first.")
		return
	}
	diags.AddAttributeWarning(path.Root("force_destroy"), title, detail)
}

// unseen returns what the plan of the end of a model did not see: versions that are newer, and those that have begun to serve since.
func (n *departureNote) unseen(model claim.Object, versions []registry.Version) []registry.Version {
	if n.On == nil || *n.On != model {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(versions), func(version registry.Version) bool {
		return version.Number <= n.Newest && (!version.Stage.Exclusive() || n.Serving[version.Number] == version.Stage)
	})
}

// changedModel says what has come to a model since the plan of its end.
func changedModel(news []registry.Version) string {
	list := make([]string, 0, len(news))
	for _, version := range news {
		list = append(list, fmt.Sprintf("version %s in %s", version.Number, version.Stage))
	}
	return "It was to be deleted with all its versions, and the plan did not see " + strings.Join(list, ", ") + ". It was not deleted. Run terraform " +
		"plan again, review what would be deleted now, and apply that plan."
}

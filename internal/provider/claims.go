package provider

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// claimant names what a claim on a stage gives it to.
func claimant(made claim.Claim) string {
	if made.Version == 0 {
		return fmt.Sprintf("a new version from %s", made.Source)
	}
	return "version " + made.Version.String()
}

// pointerClaim returns the claim of a pointer on its stage.
func pointerClaim(goal handover.Goal, stored, changes bool) claim.Claim {
	return claim.Claim{
		Of: claim.Stage(goal.Model, goal.Stage), Owner: modelStageType, Stored: stored, Changes: changes, Version: goal.Version, Pointer: true,
	}
}

// stageObject returns the stage that a pointer is about.
func (s *modelStageState) stageObject() claim.Object {
	stage, _ := registry.ParseStage(s.Stage.ValueString())
	return claim.Stage(s.ModelName.ValueString(), stage)
}

// wayOut says what a user can do about two claims on stages that exclude each other.
func wayOut(made, other claim.Claim) string {
	switch {
	case made.Pointer && other.Pointer:
		return "Keep one of the two " + modelStageType + "."
	case made.Pointer || other.Pointer:
		return "Leave the stage out of the " + modelVersionType + ", or remove the " + modelStageType + "."
	}
	return "Set the stage of the one that is to leave to \"Archived\", or leave its stage out; or set archive_existing_versions = false " +
		"on both to let them share the stage."
}

// objectName names an object for people.
func objectName(object claim.Object) string {
	switch object.Kind {
	case claim.KindModel:
		return fmt.Sprintf("registered model %q", object.Model)
	case claim.KindVersion:
		return fmt.Sprintf("version %s of model %q", object.Version, object.Model)
	case claim.KindStage:
		return fmt.Sprintf("stage %s of model %q", object.Name, object.Model)
	case claim.KindAlias:
		return fmt.Sprintf("alias %q of model %q", object.Name, object.Model)
	case claim.KindTag:
	}
	return tagPlace{model: object.Model, version: object.Version, key: object.Name}.String()
}

// stake claims the goal's stage for a resource, and fails the plan when another resource of the configuration claims it for another
// version, or another stage for the same version. A rivalry in which nothing is to change (both hold the stage already) only warns, so
// that it blocks neither a plan nor a destroy.
func (s *session) stake(goal handover.Goal, made claim.Claim, diags *diag.Diagnostics) {
	if !s.known() {
		return
	}
	if !s.keepsStage(goal, diags) {
		return
	}
	made.On, made.Shared = claim.Stage(goal.Model, goal.Stage), !goal.ArchiveExisting
	met := s.declareObject(made, "stage", diags)
	if !s.keepsAlone(goal, diags) {
		return
	}
	if len(met.Elsewhere) > 0 {
		stages := []string{string(goal.Stage), met.Elsewhere[0].On.Name}
		slices.Sort(stages)
		diags.AddAttributeError(path.Root("stage"), fmt.Sprintf("Version %s of model %q is to be in two stages", made.Version, goal.Model),
			fmt.Sprintf("The configuration wants it in %s and in %s, and a version is in one stage at a time. Keep one of the two resources, or "+
				"leave the stage of one out.", stages[0], stages[1]))
		return
	}
	if len(met.Rivals) == 0 {
		return
	}
	slices.SortFunc(met.Rivals, claim.Claim.Compare)
	rival, news := met.Rivals[0], made.Changes
	for _, other := range met.Rivals {
		if other.Changes && !rival.Changes {
			rival = other
		}
		news = news || other.Changes
	}
	both := []claim.Claim{made, rival}
	slices.SortFunc(both, claim.Claim.Compare)
	title := fmt.Sprintf("Two versions of model %q are to hold %s", goal.Model, goal.Stage)
	detail := fmt.Sprintf("The configuration wants %s and %s in %s, and only one version can hold it. %s", claimant(both[0]), claimant(both[1]),
		goal.Stage, wayOut(made, rival))
	if news {
		diags.AddAttributeError(path.Root("stage"), title, detail)
		return
	}
	diags.AddAttributeWarning(path.Root("stage"), title, detail+" Until then, each apply takes the stage from one to the other.")
}

// declareObject notes a claim, and fails the plan if what is claimed is planned to be removed: Terraform planned that first, and it cannot be
// told any more that somebody keeps it. It returns what the claim meets.
func (s *session) declareObject(made claim.Claim, attribute string, diags *diag.Diagnostics) claim.Answer {
	met := s.ledger.Declare(made)
	for _, left := range met.Departed {
		if !toleratesDestroy(made, left) {
			removedAndKept(left.On, attribute, diags)
			break
		}
	}
	if met.Ended {
		diags.AddAttributeError(path.Root(attribute),
			fmt.Sprintf("Registered model %q would be deleted while other resources keep what is in it", made.On.Model), endedAdvice(made))
	}
	return met
}

// toleratesDestroy reports whether the apply gets by with a destroy that was planned before the claim: it sees both, and what the one
// removes the other one puts there again, if they come in this order.
func toleratesDestroy(made claim.Claim, left claim.Departure) bool {
	switch {
	case left.Deletes:
		return false
	case !made.Stored:
		return true
	}
	return made.Changes && (made.On.Kind == claim.KindStage || made.On.Kind == claim.KindTag && !made.Single)
}

// removedAndKept adds the error for an object that one resource is planned to remove and another one keeps.
func removedAndKept(object claim.Object, attribute string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("The %s would be removed and kept at once", objectName(object)),
		"This resource keeps it, and another one, which knows it as well, is to be destroyed. Terraform planned the destroy first, when nothing "+
			"told that it is to stay. If a block has only got another name, add a moved block from the old address to the new one. To remove "+
			"one of two resources and keep what both of them are about, let go of it with a removed block and destroy = false.\n\n"+destroyAdvice)
}

// endedAdvice says what to do about a model that is to be deleted with all that is in it while somebody keeps some of it.
func endedAdvice(kept claim.Claim) string {
	what := objectName(kept.On)
	if kept.On.Kind == claim.KindVersion && kept.On.Version == 0 {
		what = "a new version from " + kept.Source
	}
	return fmt.Sprintf("The resource of the model is to be destroyed or replaced (it has force_destroy = true), and all that is in the model goes with it. "+
		"But this configuration keeps the %s. If the model was tainted, terraform untaint keeps it. To replace it with all that is in it, "+
		"taint the resources of what is in it, too; to delete it, remove their blocks as well. To only stop managing the model, use a removed "+
		"block with destroy = false.\n\n%s", what, destroyAdvice)
}

// leavesAndComes adds the error for an object whose resource goes while another one comes, which would make something else of it.
func leavesAndComes(object claim.Object, diags *diag.Diagnostics) {
	diags.AddError(fmt.Sprintf("The %s would leave one resource and come to another", objectName(object)),
		"Terraform destroys the one and creates the other in any order, so that it could be missing, or taken for somebody else's. If the block "+
			"has only got another name, add a moved block from the old address to the new one; change the rest in a later apply.")
}

package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
)

// tagOwner is what in a configuration can own a tag, as messages name it.
type tagOwner string

const (
	modelTagsOwner   tagOwner = "the tags of mlregistry_registered_model"
	versionTagsOwner tagOwner = "the tags of mlregistry_model_version"
	modelTagOwner    tagOwner = "mlregistry_registered_model_tag"
	versionTagOwner  tagOwner = "mlregistry_model_version_tag"
)

// writtenAtPromotions says why a promotion tag of the provider cannot be declared as well.
const writtenAtPromotions = "promotion_tags of the provider writes it whenever a version enters Production, so the next plan would set " +
	"it back. Use another key in one of the two."

// single reports whether the owner is a resource of its own.
func (o tagOwner) single() bool { return o == modelTagOwner || o == versionTagOwner }

// tagClaim returns the claim of an owner on a tag. value is null for one that a map gives up.
func tagClaim(owner tagOwner, at tagPlace, value types.String, stored, changes bool) claim.Claim {
	made := claim.Claim{
		On: at.object(), Of: at.object(), Owner: string(owner), Single: owner.single(), Stored: stored, Changes: changes,
		Value: value.ValueString(), Unknown: value.IsUnknown(), Removed: value.IsNull(),
	}
	if !made.Single {
		made.Of = claim.Model(at.model)
		if at.version != 0 {
			made.Of = claim.Version(at.model, at.version)
		}
	}
	return made
}

// claimTag notes an owner of a tag, and fails the plan when another resource of the configuration owns it too. Where nothing
// is to change it only warns, so that it blocks neither a plan nor a destroy.
func (s *session) claimTag(at tagPlace, made claim.Claim, attribute string, diags *diag.Diagnostics) bool {
	if s.keptAs != nil && at.version != 0 && at.key == s.keptAs.Archived {
		diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("The tag %q records that a version is Archived", at.key),
			"This provider sets and removes it (archived in the provider's stages). Use another key in one of the two.")
		return false
	}
	met := s.declareObject(made, attribute, diags)
	if len(met.Rivals) == 0 {
		return !diags.HasError()
	}
	rival := met.Rivals[0]
	owners := []string{made.Owner, rival.Owner}
	slices.Sort(owners)
	title := "Two resources own the " + at.String()
	if made.Removed || rival.Removed {
		diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("The %s would be removed and kept at once", at),
			fmt.Sprintf("%s and %s know this tag in the state, and the first one no longer declares it: it would remove the tag, which the other "+
				"one keeps. Declare the tag in tags, and let go of the other resource with a removed "+
				"block and destroy = false; when that is applied, the tag can move from tags to a new resource of its own.", owners[1], owners[0]))
		return false
	}
	detail := fmt.Sprintf("It is declared by %s and by %s. Keep one of the two: remove the key from tags, or remove the other resource.", owners[0], owners[1])
	if owners[0] == owners[1] {
		detail = fmt.Sprintf("It is declared by two resources of the type %s. Keep one of the two.", owners[0])
	}
	if made.Changes || rival.Changes {
		diags.AddAttributeError(path.Root(attribute), title, detail)
		return false
	}
	diags.AddAttributeWarning(path.Root(attribute), title, detail)
	return true
}

// claimTags notes the tags that a map declares or gives up. prior is null for an object that is new to the state.
func (s *session) claimTags(ctx context.Context, owner tagOwner, object tagPlace, prior, plan types.Map, diags *diag.Diagnostics) {
	if !s.known() || plan.IsUnknown() {
		return
	}
	before := declaredTags(ctx, prior, diags)
	var planned map[string]types.String
	diags.Append(plan.ElementsAs(ctx, &planned, false)...)
	for key, value := range planned {
		if _, ours := s.promotionTags[key]; ours && object.version != 0 {
			diags.AddAttributeError(path.Root("tags"), fmt.Sprintf("The tag %q is declared and a promotion tag", key), writtenAtPromotions)
		}
		old, had := before[key]
		if !had {
			s.checkTagSpelling(ctx, object, key, diags)
		}
		at := object.tag(key)
		s.claimTag(at, tagClaim(owner, at, value, !prior.IsNull(), !had || old != value.ValueString()), "tags", diags)
	}
	for key := range before {
		if _, kept := planned[key]; !kept {
			at := object.tag(key)
			s.claimTag(at, tagClaim(owner, at, types.StringNull(), true, true), "tags", diags)
		}
	}
}

// declare sets a tag that its owner declares. Another owner that gives the tag up in this apply has either removed it before, or
// finds the claim and leaves it.
func (s *session) declare(ctx context.Context, at tagPlace, value string) error {
	defer s.writes.Lock(at.object())()
	return s.setTag(ctx, at, value)
}

// release removes a tag that a map no longer declares, unless a resource of its own takes it over in this apply.
func (s *session) release(ctx context.Context, at tagPlace) error {
	defer s.writes.Lock(at.object())()
	if s.ledger.DeclaredBy(at.object(), func(made claim.Claim) bool { return made.Single }) {
		return nil
	}
	return s.deleteTag(ctx, at)
}

package provider

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
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

// tagClaim is one resource's word on a tag.
type tagClaim struct {
	owner tagOwner
	// value is the planned value; null for a tag that the owner gives up in this plan.
	value types.String
	// stored is set for a resource of its own that is in the state.
	stored bool
	// changes is set when the claim is new or has another value than the registry.
	changes bool
}

// tagClaims are the tags that the resources of one walk own. Like the claims of stages, they see what this process plans,
// in whatever order Terraform plans it.
type tagClaims struct {
	mu   sync.Mutex
	made map[tagPlace][]tagClaim
	// writes keeps the removal of a tag by one owner and its setting by another apart.
	writes placeLocks[tagPlace]
	// set are the tags that resources of their own have set in this process.
	set map[tagPlace]bool
}

// forget drops all claims.
func (c *tagClaims) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.made)
	clear(c.set)
}

// add notes a claim and returns an earlier one that it is at odds with, and whether there is one.
func (c *tagClaims) add(at tagPlace, made tagClaim) (rival tagClaim, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = make(map[tagPlace][]tagClaim)
	}
	earlier := c.made[at]
	c.made[at] = append(slices.Clip(earlier), made)
	for _, other := range earlier {
		if made.against(other) {
			return other, true
		}
	}
	return tagClaim{}, false
}

// against reports whether a claim is at odds with an earlier one. Two maps are not compared: they meet on an object that two
// resources declare, and what is at odds there is more than a tag.
func (c tagClaim) against(earlier tagClaim) bool {
	one, other := c, earlier
	if other.owner.single() {
		one, other = other, one
	}
	switch {
	case !one.owner.single():
		return false
	case other.owner.single():
		// Terraform plans a resource that is replaced twice: as it is in the state, and then as a new one with the same value.
		return !earlier.stored || c.stored || !c.value.Equal(earlier.value)
	case other.value.IsNull():
		return one.stored // One that is new takes the tag over in this apply: see release.
	}
	return true
}

// own tells that a resource of its own is setting the tag.
func (c *tagClaims) own(at tagPlace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set == nil {
		c.set = make(map[tagPlace]bool)
	}
	c.set[at] = true
}

// isSet reports whether a resource of its own has set the tag in this process.
func (c *tagClaims) isSet(at tagPlace) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set[at]
}

// isStored reports whether a resource of its own in the state has the tag.
func (c *tagClaims) isStored(at tagPlace) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.made[at], func(made tagClaim) bool { return made.stored })
}

// claimed reports whether the claims of this process leave a tag to another kind of owner than one that is about to remove
// it: when a tag moves between a map and a resource of its own, it stays.
func (c *tagClaims) claimed(at tagPlace, bySingle bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.made[at], func(made tagClaim) bool {
		return made.owner.single() == bySingle && !made.value.IsNull()
	})
}

// claimTag notes an owner of a tag, and fails the plan when another resource of the configuration owns it too. Where nothing
// is to change it only warns, so that it blocks neither a plan nor a destroy.
func (s *session) claimTag(at tagPlace, made tagClaim, attribute string, diags *diag.Diagnostics) bool {
	rival, found := s.tags.add(at, made)
	if !found {
		return true
	}
	owners := []string{string(made.owner), string(rival.owner)}
	slices.Sort(owners)
	title := "Two resources own the " + at.String()
	if made.value.IsNull() || rival.value.IsNull() {
		diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("The %s would be removed and kept at once", at),
			fmt.Sprintf("%s and %s know this tag in the state, and the first one no longer declares it: it would remove the tag, which the other "+
				"one keeps. An import takes all tags of an object over. Declare the tag in tags, and let go of the other resource with a removed "+
				"block and destroy = false; when that is applied, the tag can move from tags to a new resource of its own.", owners[1], owners[0]))
		return false
	}
	detail := fmt.Sprintf("It is declared by %s and by %s. Keep one of the two: remove the key from tags, or remove the other resource.", owners[0], owners[1])
	if owners[0] == owners[1] {
		detail = fmt.Sprintf("It is declared by two resources of the type %s. Keep one of the two.", owners[0])
	}
	if made.changes || rival.changes {
		diags.AddAttributeError(path.Root(attribute), title, detail)
		return false
	}
	diags.AddAttributeWarning(path.Root(attribute), title, detail+" Until then, removing it from one removes it from the other.")
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
		s.claimTag(object.tag(key), tagClaim{owner: owner, value: value, changes: !had || old != value.ValueString()}, "tags", diags)
	}
	for key := range before {
		if _, kept := planned[key]; !kept {
			s.claimTag(object.tag(key), tagClaim{owner: owner, value: types.StringNull(), changes: true}, "tags", diags)
		}
	}
}

// declare sets a tag that its owner declares. Another owner that gives the tag up in this apply has either removed it before, or
// finds the claim and leaves it.
func (s *session) declare(ctx context.Context, at tagPlace, value string) error {
	defer s.tags.writes.lock(at)()
	return s.setTag(ctx, at, value)
}

// release removes a tag that a map no longer declares, unless a resource of its own takes it over in this apply.
func (s *session) release(ctx context.Context, at tagPlace) error {
	defer s.tags.writes.lock(at)()
	if s.tags.claimed(at, true) {
		return nil
	}
	return s.deleteTag(ctx, at)
}

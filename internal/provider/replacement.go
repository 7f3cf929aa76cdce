package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
)

// part is an attribute that says which object a resource is about.
type part struct {
	name          string
	before, after types.String
}

// otherParts returns the attributes that name another object than before. One that is not known yet may turn out to be the same:
// a replacement would remove the object for nothing.
func otherParts(parts ...part) path.Paths {
	var changed path.Paths
	for _, each := range parts {
		if !each.after.IsUnknown() && !each.after.Equal(each.before) {
			changed.Append(path.Root(each.name))
		}
	}
	return changed
}

// isApply reports whether a plan is made again by an apply. Terraform allows deferrals in an apply (1.9 to 1.15, seen) and not in a
// plan; where it says nothing of them, an apply is known once it has changed the model.
func (s *session) isApply(req resource.ModifyPlanRequest, model string) bool {
	return req.ClientCapabilities.DeferralAllowed || s.ledger.Written(model)
}

// replaces reports whether a plan in which an object becomes another one may replace the resource. An update was planned while it was
// not known which object it would be; Terraform does not accept a replacement in its place, and the update moves the object. An apply
// reads nothing before it plans again.
func (s *session) replaces(req resource.ModifyPlanRequest, before claim.Object) bool {
	_, read := s.ledger.Noted(before)
	return read && !s.isApply(req, before.Model)
}

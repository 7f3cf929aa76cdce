package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// requireTagsAttribute is the gate of a version or a pointer.
func requireTagsAttribute() schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.StringType, Validators: requiredTagRules(),
		MarkdownDescription: "Tags that the version must have, with these values, to enter the stage given here (Staging or Production), whichever " +
			"stage it comes from: a rollback counts. They add to the provider's `require_tags`, and win where a key is in both. Checked in " +
			"the plan, and again in the apply before anything is touched; a version that is in the stage already is not asked. Default: none.",
	}
}

// promotionTagsAttribute is what a version or a pointer writes onto a promoted version. It is write-only: a value that
// changes with every commit must be no difference, and a state that shows the tags of some earlier plan would mislead.
func promotionTagsAttribute() schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, WriteOnly: true, ElementType: types.StringType, Validators: promotionTagRules(),
		MarkdownDescription: "Tags to write onto the version once it has entered the stage given here (Staging or Production): for instance the " +
			"commit and the actor. They add to the provider's `promotion_tags`, and win where a key is in both. " + placeholderText() + " " + writeOnlyText,
	}
}

// writeOnlyText is what the descriptions of all promotion_tags of resources end with.
const writeOnlyText = "A change takes effect at the next promotion and is never a difference of a plan; `promoted_with` shows which keys were written. " +
	"Values may be ephemeral or sensitive: they are written to the registry, where its readers see them, and kept nowhere else. Older versions of " +
	"Terraform and OpenTofu can use the provider's. Default: none."

// promotedWithAttribute is what was written.
func promotedWithAttribute() schema.SetAttribute {
	return schema.SetAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "The keys of the promotion tags that this resource wrote at its last promotion; null if that had none. Their values, " +
			"which may be ephemeral or sensitive, are in the registry alone, and neither in the state nor in a plan. Tags that could not be " +
			"written then are a difference of the next plan, whose apply writes them with the values that its configuration has.",
	}
}

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// otherSpellingAdvice is what to do where the registry has an object under another spelling of its name.
const otherSpellingAdvice = "Write the name as the registry does. If this resource is in the state under the other spelling, take it out with terraform " +
	"state rm and import it under the registry's: a changed name would delete and create it."

// spelled reports whether a new alias or tag may be created although there is one that is spelled alike. The registry may take the two
// for the same, and would replace the one by the other: then the plan fails. found are the aliases or tags of the object. leaves says
// whether one of them goes before, in this apply; nil for none.
func spelled[V any](
	ctx context.Context, s *session, attribute, object, model, wanted string, found map[string]V, leaves func(name string) bool,
	diags *diag.Diagnostics,
) bool {
	other, alike := registry.OtherSpelling(found, wanted)
	speller, asks := s.server.(registry.Speller)
	if !alike || !asks || leaves != nil && leaves(other) {
		return true
	}
	folds, err := speller.FoldsSpelling(ctx, model)
	switch {
	case err != nil:
		diags.AddError(fmt.Sprintf("Unable to read registered model %q", model), explain(err))
	case folds:
		diags.AddAttributeError(path.Root(attribute), fmt.Sprintf("The registry has the %s %q, and takes %q for the same", object, other, wanted),
			fmt.Sprintf("Its database does not tell the two spellings apart, so that creating the one would replace the other. Nothing was changed. "+
				"Write %q, and import what exists, or use another name.", other))
	default:
		diags.AddAttributeWarning(path.Root(attribute), fmt.Sprintf("The %s %q looks like %q, which exists", object, wanted, other),
			"The registry tells the two spellings apart, as far as that can be asked, so that both will exist. If one of them is a slip, correct it.")
		return true
	}
	return false
}

// isReplaced reports whether a resource in the state has an object and none that is planned so far declares it: Terraform deletes it
// first, as a rule. Where it does not, the apply looks again.
func (s *session) isReplaced(ctx context.Context, object claim.Object) bool {
	return s.ledger.Stored(ctx, object) && !s.ledger.Declared(object)
}

// checkTagSpelling fails the plan of a key in tags that the object has in another spelling. It asks for nothing that the plan of the
// object does not ask for anyway.
func (s *session) checkTagSpelling(ctx context.Context, object tagPlace, key string, diags *diag.Diagnostics) {
	var tags map[string]string
	if object.version != 0 {
		versions, _ := s.firstVersions(ctx, object.model) // An error is told by what the plan asks next.
		version, _ := registry.FindVersion(versions, object.version)
		tags = version.Tags
	} else if model, err := s.cache.Model(ctx, object.model); err == nil {
		tags = model.Tags
	}
	spelled(ctx, s, "tags", "tag", object.model, key, tags, nil, diags)
}

// sameText says whether two values of an attribute are texts, or maps of texts, that differ in form alone: in blanks and line breaks at
// their ends, or in how lines end. Registries of another make, and databases, store texts so.
func sameText(one, other attr.Value) bool {
	switch one := one.(type) {
	case types.String:
		text, ok := other.(types.String)
		return ok && plainForm(one.ValueString()) == plainForm(text.ValueString())
	case types.Map:
		texts, ok := other.(types.Map)
		if !ok || len(one.Elements()) != len(texts.Elements()) {
			return false
		}
		for key, value := range one.Elements() {
			if found, has := texts.Elements()[key]; !has || !sameText(value, found) {
				return false
			}
		}
		return true
	}
	return false
}

func plainForm(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

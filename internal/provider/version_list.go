package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// versionList writes version numbers as a list of strings in ascending order; an empty list for none.
func versionList(numbers []registry.Number) types.List {
	elements := make([]attr.Value, 0, len(numbers))
	for _, number := range registry.SortedNumbers(numbers) {
		elements = append(elements, types.StringValue(number.String()))
	}
	return types.ListValueMust(types.StringType, elements)
}

// numberList reads such a list. Null and unknown are empty.
func numberList(ctx context.Context, list types.List, diags *diag.Diagnostics) []registry.Number {
	if list.IsNull() || list.IsUnknown() {
		return nil
	}
	var texts []string
	diags.Append(list.ElementsAs(ctx, &texts, false)...)
	numbers := make([]registry.Number, 0, len(texts))
	for _, text := range texts {
		number, err := registry.ParseNumber(text)
		if err != nil {
			diags.AddError("Unable to read a version number in the state", explainWith(err, unreadableState))
			continue
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// shortList names versions for people, at most twenty of them.
func shortList(numbers []registry.Number) string {
	const shown = 20
	if len(numbers) <= shown {
		return handover.VersionList(numbers)
	}
	return fmt.Sprintf("%s and %d more", handover.VersionList(numbers[:shown]), len(numbers)-shown)
}

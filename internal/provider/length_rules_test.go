package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// MySQL and MariaDB count bytes, and keep 65,535 of them: measured on MariaDB, where 32,767 é and 16,383 emoji were kept and one
// more refused. The plan cannot know which database there is, and warns.
func TestLongValueOfAVersionsTagIsWarnedOf(t *testing.T) {
	for char, most := range map[string]int{"a": 65_535, "é": 32_767, "😀": 16_383} {
		for count, warned := range map[int]bool{most: false, most + 1: true} {
			var resp validator.StringResponse
			versionTagValueRule().ValidateString(t.Context(), validator.StringRequest{
				Path: path.Root("tags").AtMapKey("k"), ConfigValue: types.StringValue(strings.Repeat(char, count)),
			}, &resp)
			if resp.Diagnostics.HasError() || (resp.Diagnostics.WarningsCount() == 1) != warned {
				t.Errorf("%d times %s: %v, want a warning: %t", count, char, resp.Diagnostics, warned)
			}
		}
	}
}

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// lengthRule refuses a text that MLflow's database cannot keep; what names it, such as "the description".
func lengthRule(what string, most int) validator.String {
	return textRule{
		description: fmt.Sprintf("at most %d characters", most),
		summary:     "Invalid length",
		check:       func(text string) error { return registry.ValidateLength(what, text, most) },
	}
}

// modelTagValueRule bounds the value of a registered model's tag.
func modelTagValueRule() validator.String {
	return lengthRule("the value of the tag", registry.MaxModelTagValueLength)
}

// mysqlRule warns of the value of a version's tag that is too long for MySQL and MariaDB. No answer of a server tells which
// database it uses, and others keep the value.
type mysqlRule struct{}

var _ validator.String = mysqlRule{}

// versionTagValueRule warns of the value of a version's tag that not every database can keep.
func versionTagValueRule() validator.String { return mysqlRule{} }

func (mysqlRule) Description(context.Context) string {
	return fmt.Sprintf("at most %d bytes where MLflow uses MySQL or MariaDB", registry.MaxTagValueBytesOnMySQL)
}

func (r mysqlRule) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

func (mysqlRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if length := len(req.ConfigValue.ValueString()); length > registry.MaxTagValueBytesOnMySQL {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Long value of a tag", fmt.Sprintf("The value has %d bytes. Where MLflow uses MySQL or "+
			"MariaDB it keeps at most %d, and the apply will fail there. PostgreSQL and SQLite keep the value.", length, registry.MaxTagValueBytesOnMySQL))
	}
}

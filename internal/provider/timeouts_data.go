package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// readTimeoutAttribute is the attribute timeouts of a data source.
func readTimeoutAttribute(ctx context.Context) schema.Attribute {
	attribute, _ := timeouts.AttributesWithOpts(ctx, timeouts.Opts{
		ReadDescription: "How long reading may take, with all pages and repetitions of its requests, such as `2m`. Default: `10m`.",
	}).(schema.SingleNestedAttribute)
	attribute.MarkdownDescription = "Time limits."
	for name, each := range attribute.Attributes {
		if text, ok := each.(schema.StringAttribute); ok {
			text.Validators = append(text.Validators, timeLimitRule(name))
			attribute.Attributes[name] = text
		}
	}
	return attribute
}

// limitedRead is what every data source that reads has.
type limitedRead struct {
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// within bounds the read.
func (l limitedRead) within(ctx context.Context, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	return within(ctx, l.Timeouts.Read, defaultReadTimeout, diags)
}

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// Defaults of the attribute timeouts.
const (
	defaultReadTimeout   = 10 * time.Minute
	defaultChangeTimeout = 10 * time.Minute
	defaultDeleteTimeout = 5 * time.Minute
)

// shortestTimeout is the shortest limit that timeouts takes.
const shortestTimeout = time.Second

// timeoutsAttribute is the attribute timeouts of a resource. creates, updates and deletes say what an operation comprises.
func timeoutsAttribute(ctx context.Context, creates, updates, deletes string) schema.Attribute {
	attribute, _ := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: fmt.Sprintf("How long %s may take, with all repetitions of its requests, such as `2m`. Default: `10m`.", creates),
		ReadDescription:   "How long reading the resource before a plan may take, repetitions included. Default: `10m`.",
		UpdateDescription: fmt.Sprintf("How long %s may take. Default: `10m`.", updates),
		DeleteDescription: fmt.Sprintf("How long %s may take. Default: `5m`.", deletes),
	}).(schema.SingleNestedAttribute)
	for name, each := range attribute.Attributes {
		if text, ok := each.(schema.StringAttribute); ok {
			text.Validators = append(text.Validators, timeLimitRule(name))
			attribute.Attributes[name] = text
		}
	}
	return attribute
}

// timeLimitRule refuses a time limit of an operation in which nothing can be done. What is no duration at all is another rule's.
func timeLimitRule(operation string) validator.String {
	return textRule{
		description: fmt.Sprintf("at least %s", shortestTimeout),
		summary:     "Invalid time limit",
		check: func(text string) error {
			if limit, err := time.ParseDuration(text); err == nil && limit < shortestTimeout {
				return fmt.Errorf("%w: %q as timeouts.%s leaves no time for a request: use %s or more, or leave it out for the default",
					registry.ErrInvalid, text, operation, shortestTimeout)
			}
			return nil
		},
	}
}

// within bounds an operation by the resource's timeouts, or by standard where they do not mention it, and where they leave no time: a
// state may hold such a limit, from before it was refused, and Terraform reads by it whatever the configuration says by now.
func within(
	ctx context.Context, timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), standard time.Duration,
	diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	limit, more := timeout(ctx, standard)
	diags.Append(more...)
	if limit < shortestTimeout {
		limit = standard
	}
	return context.WithTimeout(ctx, limit)
}

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// Defaults of the attribute timeouts.
const (
	defaultReadTimeout   = 10 * time.Minute
	defaultChangeTimeout = 10 * time.Minute
	defaultDeleteTimeout = 5 * time.Minute
)

// timeoutsAttribute is the attribute timeouts of a resource. creates, updates and deletes say what an operation comprises.
func timeoutsAttribute(ctx context.Context, creates, updates, deletes string) schema.Attribute {
	return timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: fmt.Sprintf("How long %s may take, with all repetitions of its requests, such as `2m`. Default: `10m`.", creates),
		ReadDescription:   "How long reading the resource before a plan may take, repetitions included. Default: `10m`.",
		UpdateDescription: fmt.Sprintf("How long %s may take. Default: `10m`.", updates),
		DeleteDescription: fmt.Sprintf("How long %s may take. Default: `5m`.", deletes),
	})
}

// within bounds an operation by the resource's timeouts, or by standard where they do not mention it.
func within(
	ctx context.Context, timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), standard time.Duration,
	diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	limit, more := timeout(ctx, standard)
	diags.Append(more...)
	return context.WithTimeout(ctx, limit)
}

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// Defaults of the attribute timeouts.
const (
	defaultChangeTimeout = 10 * time.Minute
	defaultDeleteTimeout = 5 * time.Minute
)

// changeTimeouts is the attribute timeouts of a resource whose changes are a few requests each. what names the object.
func changeTimeouts(ctx context.Context, what string) schema.Attribute {
	return timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Delete: true,
		CreateDescription: fmt.Sprintf("How long creating the %s may take, with all repetitions of its requests, such as `2m`. Default: `10m`.", what),
		UpdateDescription: fmt.Sprintf("How long changing the %s may take. Default: `10m`.", what),
		DeleteDescription: fmt.Sprintf("How long deleting the %s may take. Default: `5m`.", what),
	})
}

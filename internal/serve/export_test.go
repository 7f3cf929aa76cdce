package serve

import (
	"context"
	"io"
	"time"
)

// RunImpatiently is Run for clients that must send and receive within patience.
func RunImpatiently(ctx context.Context, args []string, stdout, stderr io.Writer, patience time.Duration) error {
	within := usualLimits
	within.header, within.read, within.write = patience, patience, patience
	return run(ctx, args, stdout, stderr, within)
}

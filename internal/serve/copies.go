package serve

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// copyAtTimes writes a copy of the registry to path after each interval until ctx ends. What goes wrong is logged, and tried
// again the next time.
func copyAtTimes(ctx context.Context, store *embedded.Registry, path string, interval time.Duration, log *slog.Logger) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := copyOnce(ctx, store, path); err != nil && ctx.Err() == nil {
			log.Error("backup", "error", err)
		}
	}
}

// copyOnce writes a copy of the registry to path, unless there is none to copy yet.
func copyOnce(ctx context.Context, store *embedded.Registry, path string) error {
	err := store.Backup(ctx, path)
	if errors.Is(err, embedded.ErrNothingToCopy) {
		return nil
	}
	return err
}

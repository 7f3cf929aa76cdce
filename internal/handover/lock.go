package handover

import (
	"context"
	"sync"
)

// locks gives each model of one provider process a lock of its own, so that Terraform's parallel operations on the
// same model do not race against each other. A waiting caller gives up when its context ends.
type locks struct {
	mu     sync.Mutex
	models map[string]chan struct{}
}

func (l *locks) lock(ctx context.Context, model string) (unlock func(), err error) {
	l.mu.Lock()
	if l.models == nil {
		l.models = make(map[string]chan struct{})
	}
	slot, ok := l.models[model]
	if !ok {
		slot = make(chan struct{}, 1)
		l.models[model] = slot
	}
	l.mu.Unlock()
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

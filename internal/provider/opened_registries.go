package provider

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// endPatience is how long the end of the process may take for the leases of what it has registered: Terraform kills a plugin two
// seconds after it has told it to end.
const endPatience = 1500 * time.Millisecond

// openedRegistries are what has to be brought to its end before the process ends: the leases on what was registered, and then the
// embedded registries that were opened.
type openedRegistries struct {
	mu      sync.Mutex
	engines []*handover.Engine
	opened  []io.Closer
}

// add takes note of a registry. Without a list it does nothing.
func (o *openedRegistries) add(target registry.Client) {
	if closer, ok := target.(io.Closer); ok && o != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.opened = append(o.opened, closer)
	}
}

// uses takes note of an engine. Without a list it does nothing.
func (o *openedRegistries) uses(engine *handover.Engine) {
	if o != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.engines = append(o.engines, engine)
	}
}

// close ends and closes them all.
func (o *openedRegistries) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), endPatience)
	defer cancel()
	var ending sync.WaitGroup
	for _, engine := range o.engines {
		ending.Go(func() { engine.Close(ctx) })
	}
	ending.Wait()
	var err error
	for _, each := range o.opened {
		err = errors.Join(err, each.Close())
	}
	o.engines, o.opened = nil, nil
	return err
}

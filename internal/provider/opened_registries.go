package provider

import (
	"errors"
	"io"
	"sync"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// openedRegistries are the registries that were opened and have to be closed: embedded ones.
type openedRegistries struct {
	mu     sync.Mutex
	opened []io.Closer
}

// add takes note of a registry. Without a list it does nothing.
func (o *openedRegistries) add(target registry.Client) {
	if closer, ok := target.(io.Closer); ok && o != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.opened = append(o.opened, closer)
	}
}

// close closes them all.
func (o *openedRegistries) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var err error
	for _, each := range o.opened {
		err = errors.Join(err, each.Close())
	}
	o.opened = nil
	return err
}

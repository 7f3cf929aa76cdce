package provider

import (
	"context"
	"reflect"
	"sync/atomic"
	"time"
)

// passing is the context of a request for as long as the request lasts. After that it is a canceled context without values,
// and nothing of the request's own is reached through it any more.
type passing struct {
	current atomic.Pointer[context.Context]
}

// over is what every passing context is in the end.
var over = func() *context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return &ctx
}()

// pass returns ctx until end is called.
func pass(ctx context.Context) (passed *passing, end func()) {
	passed = &passing{}
	passed.current.Store(&ctx)
	return passed, func() { passed.current.Store(over) }
}

func (p *passing) context() context.Context { return *p.current.Load() }

// Deadline is that of the request.
func (p *passing) Deadline() (time.Time, bool) { return p.context().Deadline() }

// Done is closed when the request is canceled or through.
func (p *passing) Done() <-chan struct{} { return p.context().Done() }

// Err says why Done is closed.
func (p *passing) Err() error { return p.context().Err() }

// Value is that of the request, and nil after it. It has no loggers: nobody reads what they would write, and without them the framework
// and its libraries do not put each line together first.
func (p *passing) Value(key any) any {
	if reflect.TypeOf(key).PkgPath() == loggersPackage {
		return nil
	}
	return p.context().Value(key)
}

// loggersPackage is where the keys of loggers are declared, by terraform-plugin-log 0.11.
const loggersPackage = "github.com/hashicorp/terraform-plugin-log/internal/logging"

package provider_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
)

// burden is what a request's context carries, in place of the loggers.
type burden [1 << 20]byte

type burdenKey struct{}

// call makes one request, whatever becomes of it.
type call func(context.Context, tfprotov6.ProviderServer) error

// calls are the requests that Terraform makes for each instance.
var calls = map[string]call{
	"ValidateResourceConfig": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: "none"})
		return err
	},
	"UpgradeResourceState": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: "none"})
		return err
	},
	"UpgradeResourceIdentity": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{TypeName: "none"})
		return err
	},
	"ReadResource": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "none"})
		return err
	},
	"PlanResourceChange": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: "none"})
		return err
	},
	"ApplyResourceChange": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: "none"})
		return err
	},
	"ImportResourceState": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: "none"})
		return err
	},
	"ValidateDataResourceConfig": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: "none"})
		return err
	},
	"ReadDataSource": func(ctx context.Context, server tfprotov6.ProviderServer) error {
		_, err := server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: "none"})
		return err
	},
}

// kept makes a request and reports whether its context is still held when it is through.
func kept(t *testing.T, server tfprotov6.ProviderServer, request call) bool {
	t.Helper()
	carried := func() weak.Pointer[burden] {
		carried := &burden{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), burdenKey{}, carried))
		defer cancel() // As gRPC does.
		if err := request(ctx, server); err != nil {
			t.Fatal(err)
		}
		return weak.Make(carried)
	}()
	runtime.GC()
	held := carried.Value() != nil
	runtime.KeepAlive(server)
	return held
}

func TestNoRequestIsHeldOnToOnceItIsAnswered(t *testing.T) {
	bare := providerserver.NewProtocol6(provider.New("test")())()
	for name, request := range calls {
		t.Run(name, func(t *testing.T) {
			if kept(t, provider.Lean(bare, false), request) {
				t.Error("the request's context is still held")
			}
			if !kept(t, bare, request) {
				t.Error("the framework lets go of it by itself now: leanServer is not needed any more")
			}
		})
	}
}

// recorder is a server that notes its requests' context.
type recorder struct {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
	seen func(context.Context)
}

func (r recorder) ReadResource(ctx context.Context, _ *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	r.seen(ctx)
	return &tfprotov6.ReadResourceResponse{}, nil
}

func TestARequestsContextIsItsOwnUntilItIsAnswered(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), burdenKey{}, "logger"), 1<<40)
	defer cancel()
	var during, child context.Context
	server := provider.Lean(recorder{seen: func(got context.Context) {
		during = got
		var stop context.CancelFunc
		child, stop = context.WithCancel(got)
		t.Cleanup(stop)
		deadline, limited := got.Deadline()
		if want, _ := ctx.Deadline(); !limited || !deadline.Equal(want) || got.Value(burdenKey{}) != "logger" || got.Err() != nil {
			t.Errorf("deadline %v, value %v, error %v", deadline, got.Value(burdenKey{}), got.Err())
		}
		cancel()
		<-got.Done()
		<-child.Done()
		if !errors.Is(got.Err(), context.Canceled) || !errors.Is(child.Err(), context.Canceled) {
			t.Errorf("canceled, and says %v, %v", got.Err(), child.Err())
		}
	}}, false)
	if _, err := server.ReadResource(ctx, nil); err != nil {
		t.Fatal(err)
	}
	<-during.Done()
	if during.Value(burdenKey{}) != nil || child.Value(burdenKey{}) != nil || !errors.Is(during.Err(), context.Canceled) {
		t.Errorf("afterwards: value %v, error %v", during.Value(burdenKey{}), during.Err())
	}
}

// What is logged is put together only for somebody who reads it.
func TestRequestsHaveLoggersWhereTheLogIsRead(t *testing.T) {
	for _, logged := range []bool{false, true} {
		var log bytes.Buffer
		server := provider.Lean(recorder{seen: func(got context.Context) { tflog.Info(got, "at work") }}, logged)
		if _, err := server.ReadResource(tflogtest.RootLogger(t.Context(), &log), nil); err != nil {
			t.Fatal(err)
		}
		if wrote := log.Len() > 0; wrote != logged {
			t.Errorf("logged is %t, and the log is %q", logged, log.String())
		}
	}
}

// Whatever the framework serves is served: plugin-go asks a server by type assertions for what it has, and what the lean one lacks would be
// gone without a word.
func TestALeanServerHasWhatTheFrameworksHas(t *testing.T) {
	bare := providerserver.NewProtocol6(provider.New("test")())()
	lean := reflect.TypeOf(provider.Lean(bare, false))
	if lean == reflect.TypeOf(bare) {
		t.Fatal("the server is the framework's own")
	}
	methods := 0
	for method := range reflect.TypeOf(bare).Methods() {
		methods++
		if _, ok := lean.MethodByName(method.Name); !ok {
			t.Errorf("the framework serves %s, and the lean server does not", method.Name)
		}
	}
	if methods < 30 {
		t.Errorf("only %d methods were compared", methods)
	}
}

// A server of another make is no lean one, and is not taken for one.
func TestNothingIsServedThatIsNotLean(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a server that lacks parts of the protocol is served as it is")
		}
	}()
	provider.Lean(struct{ tfprotov6.ProviderServer }{}, false)
}

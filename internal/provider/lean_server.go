package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/claim"
)

// fullServer is what terraform-plugin-framework serves. plugin-go finds out by type assertions which of it a server has.
type fullServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// leanServer counts the requests that come once or more for each instance, and lets go of them when they are through.
type leanServer struct {
	fullServer
	walk *claim.Walk
	// logged keeps the contexts of requests.
	logged bool
}

// Lean returns a server that knows which requests are under way, and holds on to none which it has answered. The framework's
// own does (1.19): it keeps the context of each until Terraform stops it, with the loggers in it, which was 60 MB after a plan
// of 1,000 instances. Unless logged is set, requests have no loggers, which took a sixth of the plugin's CPU to write nothing. A server
// that lacks a part of the protocol would be served without all of that, and without what waits for requests under way: it panics.
func Lean(server tfprotov6.ProviderServer, logged bool) tfprotov6.ProviderServer {
	full, ok := server.(fullServer)
	if !ok {
		panic(fmt.Sprintf("%T does not serve all that terraform-plugin-framework serves; was it upgraded?", server))
	}
	return leanServer{plainServer{full}, &claim.Walk{}, logged}
}

// lean counts a call while it lasts, and makes it with a context that nobody can hold on to. The texts of its answer are plain.
func lean[Q any, A comparable](ctx context.Context, s leanServer, req Q, call func(context.Context, Q) (A, error)) (A, error) {
	ctx, through := s.walk.Begin(ctx)
	defer through()
	if s.logged {
		return plainly(ctx, req, call)
	}
	passed, end := pass(ctx)
	defer end()
	return plainly(passed, req, call)
}

// ConfigureProvider is the framework's. It is counted, too: how long Terraform takes from there to its first request shows its pace.
func (s leanServer) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	ctx, through := s.walk.Begin(ctx)
	defer through()
	return s.fullServer.ConfigureProvider(ctx, req)
}

// ValidateResourceConfig is the framework's.
func (s leanServer) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return lean(ctx, s, req, s.fullServer.ValidateResourceConfig)
}

// UpgradeResourceState is the framework's.
func (s leanServer) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return lean(ctx, s, req, s.fullServer.UpgradeResourceState)
}

// UpgradeResourceIdentity is the framework's.
func (s leanServer) UpgradeResourceIdentity(
	ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest,
) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return lean(ctx, s, req, s.fullServer.UpgradeResourceIdentity)
}

// ReadResource is the framework's.
func (s leanServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return lean(ctx, s, req, s.fullServer.ReadResource)
}

// PlanResourceChange is the framework's.
func (s leanServer) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return lean(ctx, s, req, s.fullServer.PlanResourceChange)
}

// ApplyResourceChange is the framework's.
func (s leanServer) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return lean(ctx, s, req, s.fullServer.ApplyResourceChange)
}

// ImportResourceState is the framework's.
func (s leanServer) ImportResourceState(
	ctx context.Context, req *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	return lean(ctx, s, req, s.fullServer.ImportResourceState)
}

// ValidateDataResourceConfig is the framework's.
func (s leanServer) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return lean(ctx, s, req, s.fullServer.ValidateDataResourceConfig)
}

// ReadDataSource is the framework's.
func (s leanServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return lean(ctx, s, req, s.fullServer.ReadDataSource)
}

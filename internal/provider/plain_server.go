package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
)

// plainServer makes sure that no text which leaves the process acts on a terminal, whatever it holds: names, stages and messages of a
// registry are somebody else's words. What is secret was hidden where the words came in (internal/redact). It is for the requests
// that leanServer does not make.
type plainServer struct{ fullServer }

// plain makes the texts of an answer plain: summaries as one line, details with line breaks as the only thing that a terminal obeys.
func plain(diagnostics []*tfprotov6.Diagnostic) {
	for _, each := range diagnostics {
		if each != nil {
			each.Summary, each.Detail = redact.OneLine(each.Summary), redact.Lines(each.Detail)
		}
	}
}

// plainAnswer does so for an answer of any kind.
func plainAnswer(answer any) {
	switch answer := answer.(type) {
	case *tfprotov6.ValidateProviderConfigResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ConfigureProviderResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ValidateResourceConfigResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.UpgradeResourceStateResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.UpgradeResourceIdentityResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ReadResourceResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.PlanResourceChangeResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ApplyResourceChangeResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ImportResourceStateResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.MoveResourceStateResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ValidateDataResourceConfigResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ReadDataSourceResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.ValidateListResourceConfigResponse:
		plain(answer.Diagnostics)
	case *tfprotov6.CallFunctionResponse:
		if answer.Error != nil {
			answer.Error.Text = redact.OneLine(answer.Error.Text)
		}
	}
}

// plainly makes a call and makes its answer plain. A nil pointer is no answer.
func plainly[Q any, A comparable](ctx context.Context, req Q, call func(context.Context, Q) (A, error)) (A, error) {
	answer, err := call(ctx, req)
	if none := *new(A); answer != none {
		plainAnswer(answer)
	}
	return answer, err
}

// ValidateProviderConfig is the framework's.
func (s plainServer) ValidateProviderConfig(
	ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return plainly(ctx, req, s.fullServer.ValidateProviderConfig)
}

// ConfigureProvider is the framework's.
func (s plainServer) ConfigureProvider(
	ctx context.Context, req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	return plainly(ctx, req, s.fullServer.ConfigureProvider)
}

// MoveResourceState is the framework's.
func (s plainServer) MoveResourceState(
	ctx context.Context, req *tfprotov6.MoveResourceStateRequest,
) (*tfprotov6.MoveResourceStateResponse, error) {
	return plainly(ctx, req, s.fullServer.MoveResourceState)
}

// CallFunction is the framework's.
func (s plainServer) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return plainly(ctx, req, s.fullServer.CallFunction)
}

// ValidateListResourceConfig is the framework's.
func (s plainServer) ValidateListResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest,
) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return plainly(ctx, req, s.fullServer.ValidateListResourceConfig)
}

// ListResource is the framework's.
func (s plainServer) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.fullServer.ListResource(ctx, req)
	if stream == nil || stream.Results == nil {
		return stream, err
	}
	found := stream.Results
	stream.Results = func(push func(tfprotov6.ListResourceResult) bool) {
		for one := range found {
			one.DisplayName = redact.OneLine(one.DisplayName)
			plain(one.Diagnostics)
			if !push(one) {
				return
			}
		}
	}
	return stream, err
}

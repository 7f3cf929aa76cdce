package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
)

const address = "registry.terraform.io/mlregistry/mlregistry"

func main() {
	if err := os.Setenv("TF_LOG_SDK", "OFF"); err != nil { // As the provider does: the floor writes no trace either.
		fmt.Fprintln(os.Stderr, err)
	}
	if err := tf6server.Serve(address, func() tfprotov6.ProviderServer { return newPlain() }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// plain answers with what it is given; schemas and whatever else is asked for come from the real provider.
type plain struct {
	tfprotov6.ProviderServer
	types  func() (map[string]tftypes.Type, error)
	client *http.Client
}

func newPlain() *plain {
	p := &plain{
		ProviderServer: providerserver.NewProtocol6(provider.New("bench")())(),
		client:         &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	p.types = sync.OnceValues(func() (map[string]tftypes.Type, error) {
		schemas, err := p.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
		types := make(map[string]tftypes.Type)
		if err == nil {
			for name, schema := range schemas.ResourceSchemas {
				types[name] = schema.ValueType()
			}
		}
		return types, err
	})
	return p
}

func (p *plain) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (p *plain) ValidateResourceConfig(
	context.Context, *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (p *plain) UpgradeResourceState(
	_ context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	types, err := p.types()
	if err != nil {
		return nil, err
	}
	value, err := req.RawState.Unmarshal(types[req.TypeName])
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(types[req.TypeName], value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (p *plain) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	if os.Getenv("BENCH_READ") == "single" {
		if err := p.ask(ctx, req); err != nil {
			return nil, err
		}
	}
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private, NewIdentity: req.CurrentIdentity}, nil
}

func (p *plain) PlanResourceChange(
	_ context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState: req.ProposedNewState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: req.PriorIdentity,
	}, nil
}

// ask makes the one request that reading this instance by itself takes.
func (p *plain) ask(ctx context.Context, req *tfprotov6.ReadResourceRequest) error {
	types, err := p.types()
	if err != nil {
		return err
	}
	state, err := req.CurrentState.Unmarshal(types[req.TypeName])
	if err != nil {
		return err
	}
	attributes := make(map[string]tftypes.Value)
	if err := state.As(&attributes); err != nil {
		return err
	}
	text := func(name string) (value string) {
		if attribute, ok := attributes[name]; ok {
			err = errors.Join(err, attribute.As(&value))
		}
		return value
	}
	endpoint, query := "registered-models/get", url.Values{"name": {text("name")}}
	switch req.TypeName {
	case "mlregistry_model_version":
		endpoint, query = "model-versions/get", url.Values{"name": {text("model_name")}, "version": {text("version")}}
	case "mlregistry_model_stage":
		endpoint, query = "registered-models/get-latest-versions", url.Values{"name": {text("model_name")}, "stages": {text("stage")}}
	case "mlregistry_model_alias":
		endpoint, query = "registered-models/alias", url.Values{"name": {text("model_name")}, "alias": {text("alias")}}
	}
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("BENCH_URI")+"/api/2.0/mlflow/"+endpoint+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		return errors.Join(err, fmt.Errorf("%s answered %s", endpoint, response.Status))
	}
	return nil
}

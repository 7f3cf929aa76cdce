package soak_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
)

// process is one provider process: it lives for one walk. Its methods are the calls of the protocol, with values instead
// of their encoding.
type process struct {
	server tfprotov6.ProviderServer
	// end is what the process does when Terraform tells it to end.
	end       func() error
	resources map[string]*tfprotov6.Schema
}

// problem is a diagnostic and where it came up.
type problem struct {
	address string
	warning bool
	summary string
	detail  string
}

func (p problem) String() string {
	kind := "error"
	if p.warning {
		kind = "warning"
	}
	return fmt.Sprintf("%s: %s: %s: %s", kind, p.address, p.summary, strings.Join(strings.Fields(p.detail), " "))
}

// problems are the diagnostics of a walk.
type problems []problem

func (p problems) failed() bool {
	return slices.ContainsFunc(p, func(each problem) bool { return !each.warning })
}

// say reports whether any error says text.
func (p problems) say(text string) bool {
	return slices.ContainsFunc(p, func(each problem) bool {
		return !each.warning && strings.Contains(each.summary+": "+each.detail, text)
	})
}

func (p problems) String() string {
	lines := make([]string, 0, len(p))
	for _, each := range p {
		lines = append(lines, "    "+each.String())
	}
	return strings.Join(lines, "\n")
}

// reported turns the answer of a call into problems.
func reported(address string, diagnostics []*tfprotov6.Diagnostic, err error) problems {
	var found problems
	if err != nil {
		found = append(found, problem{address: address, summary: "the call failed", detail: err.Error()})
	}
	for _, each := range diagnostics {
		found = append(found, problem{
			address: address, warning: each.Severity == tfprotov6.DiagnosticSeverityWarning, summary: each.Summary, detail: each.Detail,
		})
	}
	return found
}

// start starts a provider and configures it. validated says that its block is validated first, as it is in every walk; terraform test
// configures the provider that it keeps without that.
func start(ctx context.Context, settings map[string]any, validated bool) (*process, problems) {
	constructor, end := provider.NewClosing("test")
	p := &process{server: provider.Lean(providerserver.NewProtocol6(constructor())(), false), end: end}
	schema, err := p.server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, reported("provider", nil, err)
	}
	p.resources = schema.ResourceSchemas
	shape, _ := schema.Provider.ValueType().(tftypes.Object)
	config := encode(block{attributes: settings}.evaluate(shape, nil))
	if validated {
		answer, err := p.server.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config})
		if err != nil || len(answer.Diagnostics) > 0 {
			return p, reported("provider", answer.Diagnostics, err)
		}
	}
	configured, err := p.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.11.4"})
	return p, reported("provider", configured.Diagnostics, err)
}

func (p *process) shape(typ string) tftypes.Object {
	shape, _ := p.resources[typ].ValueType().(tftypes.Object)
	return shape
}

func (p *process) null(typ string) tftypes.Value { return tftypes.NewValue(p.shape(typ), nil) }

func encode(value tftypes.Value) *tfprotov6.DynamicValue {
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		panic(err)
	}
	return &encoded
}

func (p *process) decode(typ string, value *tfprotov6.DynamicValue) tftypes.Value {
	if value == nil {
		return p.null(typ)
	}
	decoded, err := value.Unmarshal(p.shape(typ))
	if err != nil {
		panic(err)
	}
	return decoded
}

// upgrade passes an object of the state through UpgradeResourceState, as every walk does with every object.
func (p *process) upgrade(ctx context.Context, address string, object *object) (tftypes.Value, problems) {
	answer, err := p.server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: object.typ, Version: p.resources[object.typ].Version, RawState: &tfprotov6.RawState{JSON: asJSON(object.value)},
	})
	if err != nil {
		return object.value, reported(address, nil, err)
	}
	return p.decode(object.typ, answer.UpgradedState), reported(address, answer.Diagnostics, nil)
}

func (p *process) read(ctx context.Context, address string, object *object) (tftypes.Value, []byte, problems) {
	answer, err := p.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: object.typ, CurrentState: encode(object.value), Private: object.private,
	})
	if err != nil {
		return object.value, nil, reported(address, nil, err)
	}
	return p.decode(object.typ, answer.NewState), answer.Private, reported(address, answer.Diagnostics, nil)
}

func (p *process) validate(ctx context.Context, address, typ string, config tftypes.Value) problems {
	answer, err := p.server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: typ, Config: encode(config)})
	if err != nil {
		return reported(address, nil, err)
	}
	return reported(address, answer.Diagnostics, nil)
}

// planning is the answer to PlanResourceChange.
type planning struct {
	planned  tftypes.Value
	private  []byte
	replaces bool
}

// plan calls PlanResourceChange. Of the paths that require replacement core heeds those that change.
func (p *process) plan(ctx context.Context, address, typ string, prior, config tftypes.Value, private []byte) (planning, problems) {
	schema := p.resources[typ]
	next := p.null(typ)
	if !config.IsNull() {
		next = proposed(schema, prior, config)
	}
	answer, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: typ, PriorState: encode(prior), ProposedNewState: encode(next), Config: encode(config), PriorPrivate: private,
	})
	if err != nil {
		return planning{}, reported(address, nil, err)
	}
	found := reported(address, answer.Diagnostics, nil)
	if found.failed() {
		return planning{}, found
	}
	made := planning{planned: p.decode(typ, answer.PlannedState), private: answer.PlannedPrivate}
	if !config.IsNull() {
		if err := checkPlanned(schema, prior, config, made.planned); err != nil {
			return made, append(found, reported(address, nil, err)...)
		}
	}
	before, after := attributesOf(prior), attributesOf(made.planned)
	for _, at := range answer.RequiresReplace {
		name, _ := at.Steps()[0].(tftypes.AttributeName)
		if !before[string(name)].Equal(after[string(name)]) {
			made.replaces = !prior.IsNull()
		}
	}
	return made, found
}

func (p *process) apply(
	ctx context.Context, address, typ string, prior, config tftypes.Value, made planning,
) (tftypes.Value, []byte, problems) {
	answer, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typ, PriorState: encode(prior), PlannedState: encode(made.planned), Config: encode(config), PlannedPrivate: made.private,
	})
	if err != nil {
		return prior, nil, reported(address, nil, err)
	}
	return p.decode(typ, answer.NewState), answer.Private, reported(address, answer.Diagnostics, nil)
}

// importState imports an object and reads it.
func (p *process) importState(ctx context.Context, address, typ, id string) (*object, problems) {
	answer, err := p.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typ, ID: id})
	if err != nil || len(answer.ImportedResources) != 1 {
		return nil, reported(address, answer.Diagnostics, errors.Join(err, errors.New("nothing was imported")))
	}
	imported := &object{typ: typ, value: p.decode(typ, answer.ImportedResources[0].State), private: answer.ImportedResources[0].Private}
	var found problems
	imported.value, imported.private, found = p.read(ctx, address, imported)
	return imported, found
}

// settings returns the provider block with another address, and with the shortest time limit where a request hangs. Elsewhere it is
// long: a busy machine is no fault.
func settings(base map[string]any, address string, hangs bool) map[string]any {
	all := maps.Clone(base)
	all["tracking_uri"] = address
	all["request_timeout"] = int64(60)
	if hangs {
		all["request_timeout"] = int64(requestTimeout / time.Second)
	}
	return all
}

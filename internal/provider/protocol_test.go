package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
)

// protocol is a configured provider that is called as Terraform calls it, without a CLI: for what only newer CLIs ask,
// and for what only older ones leave out.
type protocol struct {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	*acctest.Registry

	t          *testing.T
	model      string
	resources  map[string]*tfprotov6.Schema
	listBlocks map[string]*tfprotov6.Schema
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

func newProtocol(t *testing.T) *protocol {
	t.Helper()
	t.Parallel()
	registry := acctest.NewRegistry(t)
	p := &protocol{Registry: registry, t: t, model: registry.UniqueName(t, "fraud")}
	p.connect(p.URI)
	return p
}

// through returns another provider, which reaches the same registry at another address.
func (p *protocol) through(uri string) *protocol {
	p.t.Helper()
	other := *p
	other.connect(uri)
	return &other
}

// connect starts a provider and gives it a tracking URI.
func (p *protocol) connect(uri any) {
	p.t.Helper()
	p.ProviderServer = provider.Lean(providerserver.NewProtocol6(provider.New("test")())(), false)
	listing, ok := p.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		p.t.Fatal("the provider lists nothing")
	}
	p.ListResourceServer = listing
	schemas, err := p.GetProviderSchema(p.t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(schemas.Diagnostics, err)
	identities, err := p.GetResourceIdentitySchemas(p.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.must(identities.Diagnostics, err)
	p.resources, p.listBlocks, p.identities = schemas.ResourceSchemas, schemas.ListResourceSchemas, identities.IdentitySchemas
	settings := map[string]any{"tracking_uri": uri}
	for name, value := range map[string]string{"username": p.User.Username, "password": p.User.Password, "workspace": p.Workspace} {
		if value != "" {
			settings[name] = value
		}
	}
	config := encode(p.t, object(p.t, schemas.Provider.ValueType(), settings))
	configured, err := p.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	p.must(configured.Diagnostics, err)
}

// must ends the test when a call failed or reported an error.
func (p *protocol) must(diagnostics []*tfprotov6.Diagnostic, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	if text := errorsOf(diagnostics); text != "" {
		p.t.Fatal(text)
	}
}

// errorsOf returns what diagnostics report as errors, with the attributes they name.
func errorsOf(diagnostics []*tfprotov6.Diagnostic) string {
	text := ""
	for _, one := range diagnostics {
		if one.Severity == tfprotov6.DiagnosticSeverityError {
			text += one.Attribute.String() + ": " + one.Summary + ": " + one.Detail + "\n"
		}
	}
	return text
}

// object returns a value of an object type: the given attributes, and null for the others.
func object(t *testing.T, typ tftypes.Type, attributes map[string]any) tftypes.Value {
	t.Helper()
	shape, ok := typ.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is not an object", typ)
	}
	values := make(map[string]tftypes.Value)
	for name, attribute := range shape.AttributeTypes {
		value := attributes[name]
		if texts, ok := value.([]string); ok {
			elements := make([]tftypes.Value, 0, len(texts))
			for _, text := range texts {
				elements = append(elements, tftypes.NewValue(tftypes.String, text))
			}
			value = elements
		}
		if texts, ok := value.(map[string]string); ok {
			elements := make(map[string]tftypes.Value, len(texts))
			for key, text := range texts {
				elements[key] = tftypes.NewValue(tftypes.String, text)
			}
			value = elements
		}
		values[name] = tftypes.NewValue(attribute, value)
	}
	for name := range attributes {
		if _, ok := shape.AttributeTypes[name]; !ok {
			t.Fatalf("there is no attribute %s", name)
		}
	}
	return tftypes.NewValue(shape, values)
}

func encode(t *testing.T, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

// textsOf returns the attributes of an object that are texts; nil for a null object.
func textsOf(t *testing.T, typ tftypes.Type, encoded *tfprotov6.DynamicValue) map[string]string {
	t.Helper()
	value, err := encoded.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	if value.IsNull() {
		return nil
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for name, attribute := range attributes {
		var text string
		if attribute.Type().Is(tftypes.String) && !attribute.IsNull() && attribute.As(&text) == nil {
			found[name] = text
		}
	}
	return found
}

func (p *protocol) resourceType(typ string) tftypes.Type { return p.resources[typ].ValueType() }

func (p *protocol) identityType(typ string) tftypes.Type { return p.identities[typ].ValueType() }

// imports imports an object by its identity and reads it, and returns its identity and its state.
func (p *protocol) imports(typ string, named map[string]any) (identity, state map[string]string, problems string) {
	p.t.Helper()
	imported, err := p.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typ, Identity: &tfprotov6.ResourceIdentityData{IdentityData: encode(p.t, object(p.t, p.identityType(typ), named))},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if text := errorsOf(imported.Diagnostics); text != "" {
		return nil, nil, text
	}
	one := imported.ImportedResources[0]
	read, err := p.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typ, CurrentState: one.State, Private: one.Private, CurrentIdentity: one.Identity,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if text := errorsOf(read.Diagnostics); text != "" {
		return nil, nil, text
	}
	return textsOf(p.t, p.identityType(typ), read.NewIdentity.IdentityData), textsOf(p.t, p.resourceType(typ), read.NewState), ""
}

// takeOver imports an object by its identity and reads it, and returns its identity and its state.
func (p *protocol) takeOver(typ string, identity *tfprotov6.ResourceIdentityData) (*tfprotov6.DynamicValue, *tfprotov6.DynamicValue) {
	p.t.Helper()
	imported, err := p.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: typ, Identity: identity})
	p.must(imported.Diagnostics, err)
	one := imported.ImportedResources[0]
	read, err := p.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: typ, CurrentState: one.State, Private: one.Private, CurrentIdentity: one.Identity,
	})
	p.must(read.Diagnostics, err)
	return read.NewIdentity.IdentityData, read.NewState
}

// read reads an object of which Terraform knows the state and, unless it is nil, the identity.
func (p *protocol) read(typ string, state map[string]any, identity map[string]any) *tfprotov6.ReadResourceResponse {
	p.t.Helper()
	request := &tfprotov6.ReadResourceRequest{TypeName: typ, CurrentState: encode(p.t, object(p.t, p.resourceType(typ), state))}
	if identity != nil {
		request.CurrentIdentity = &tfprotov6.ResourceIdentityData{IdentityData: encode(p.t, object(p.t, p.identityType(typ), identity))}
	}
	read, err := p.ReadResource(p.t.Context(), request)
	p.must(read.Diagnostics, err)
	return read
}

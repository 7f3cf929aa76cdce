package provider

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// No text of a resource or a data source that goes to the registry may hold the character NUL: PostgreSQL refuses it in the apply.
// The test goes through the schemas, so that an attribute that is added later is in it.
func TestNULIsRefusedInEveryText(t *testing.T) {
	server := providerserver.NewProtocol6(New("test")())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	check := func(
		kind string, schema *tfprotov6.Schema, validate func(context.Context, string, *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error),
	) {
		whole, _ := schema.ValueType().(tftypes.Object)
		for _, attribute := range schema.Block.Attributes {
			var value tftypes.Value
			switch {
			case !attribute.Optional && !attribute.Required:
				continue
			case attribute.Type != nil && attribute.Type.Is(tftypes.String):
				value = tftypes.NewValue(tftypes.String, "1\x00")
			case attribute.Type != nil && attribute.Type.Is(tftypes.Map{ElementType: tftypes.String}):
				value = tftypes.NewValue(attribute.Type, map[string]tftypes.Value{"k": tftypes.NewValue(tftypes.String, "a\x00b")})
			case attribute.Type != nil && attribute.Type.Is(tftypes.List{ElementType: tftypes.String}):
				value = tftypes.NewValue(attribute.Type, []tftypes.Value{tftypes.NewValue(tftypes.String, "a\x00b")})
			default:
				continue // Numbers, booleans, timeouts.
			}
			values := map[string]tftypes.Value{}
			for name, each := range whole.AttributeTypes {
				values[name] = tftypes.NewValue(each, nil)
			}
			values[attribute.Name] = value
			config, err := tfprotov6.NewDynamicValue(whole, tftypes.NewValue(whole, values))
			if err != nil {
				t.Fatal(err)
			}
			problems, err := validate(t.Context(), kind, &config)
			if err != nil {
				t.Fatal(err)
			}
			checked++
			if !slices.ContainsFunc(problems, func(problem *tfprotov6.Diagnostic) bool {
				return problem.Severity == tfprotov6.DiagnosticSeverityError && problem.Attribute != nil &&
					strings.HasPrefix(problem.Attribute.String(), `AttributeName("`+attribute.Name+`")`)
			}) {
				t.Errorf("%s.%s takes a text with NUL", kind, attribute.Name)
			}
		}
	}
	for kind, schema := range schemas.ResourceSchemas {
		check(kind, schema, func(ctx context.Context, kind string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
				TypeName: kind, Config: config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
			})
			if err != nil {
				return nil, err
			}
			return answer.Diagnostics, nil
		})
	}
	for kind, schema := range schemas.DataSourceSchemas {
		check("data."+kind, schema, func(ctx context.Context, kind string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
			answer, err := server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
				TypeName: strings.TrimPrefix(kind, "data."), Config: config,
			})
			if err != nil {
				return nil, err
			}
			return answer.Diagnostics, nil
		})
	}
	if checked < 40 {
		t.Errorf("only %d attributes were tried", checked)
	}
}

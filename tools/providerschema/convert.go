package main

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// convertProvider turns what a provider answers into what a CLI would write.
func convertProvider(
	schemas *tfprotov6.GetProviderSchemaResponse, identities *tfprotov6.GetResourceIdentitySchemasResponse,
) providerSchemas {
	return providerSchemas{
		Provider:           convertSchema(schemas.Provider),
		Resources:          convertAll(schemas.ResourceSchemas, convertSchema),
		DataSources:        convertAll(schemas.DataSourceSchemas, convertSchema),
		EphemeralResources: convertAll(schemas.EphemeralResourceSchemas, convertSchema),
		ListResources:      convertAll(schemas.ListResourceSchemas, convertSchema),
		Actions: convertAll(schemas.ActionSchemas, func(action *tfprotov6.ActionSchema) schema {
			return convertSchema(action.Schema)
		}),
		Functions:  convertAll(schemas.Functions, convertFunction),
		Identities: convertAll(identities.IdentitySchemas, convertIdentity),
	}
}

func convertAll[From, To any](from map[string]From, convert func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, one := range from {
		to[name] = convert(one)
	}
	return to
}

func convertSchema(from *tfprotov6.Schema) schema {
	if from == nil {
		return schema{}
	}
	return schema{Version: from.Version, Block: convertBlock(from.Block)}
}

func convertBlock(from *tfprotov6.SchemaBlock) block {
	to := block{
		Attributes:      convertAttributes(from.Attributes),
		Blocks:          map[string]nestedBlock{},
		Description:     from.Description,
		DescriptionKind: strings.ToLower(from.DescriptionKind.String()),
		Deprecated:      from.Deprecated,
	}
	for _, nested := range from.BlockTypes {
		to.Blocks[nested.TypeName] = nestedBlock{
			NestingMode: strings.ToLower(nested.Nesting.String()),
			Block:       convertBlock(nested.Block),
			MinItems:    nested.MinItems,
			MaxItems:    nested.MaxItems,
		}
	}
	return to
}

func convertAttributes(from []*tfprotov6.SchemaAttribute) map[string]attribute {
	to := map[string]attribute{}
	for _, one := range from {
		converted := attribute{
			Type:            convertType(one.Type),
			Description:     one.Description,
			DescriptionKind: strings.ToLower(one.DescriptionKind.String()),
			Deprecated:      one.Deprecated,
			Required:        one.Required,
			Optional:        one.Optional,
			Computed:        one.Computed,
			Sensitive:       one.Sensitive,
			WriteOnly:       one.WriteOnly,
		}
		if one.NestedType != nil {
			converted.NestedType = &nestedType{
				Attributes:  convertAttributes(one.NestedType.Attributes),
				NestingMode: strings.ToLower(one.NestedType.Nesting.String()),
			}
		}
		to[one.Name] = converted
	}
	return to
}

func convertFunction(from *tfprotov6.Function) function {
	to := function{
		Summary:            from.Summary,
		Description:        from.Description,
		DeprecationMessage: from.DeprecationMessage,
		ReturnType:         convertType(from.Return.Type),
	}
	for _, one := range from.Parameters {
		to.Parameters = append(to.Parameters, convertParameter(one))
	}
	if from.VariadicParameter != nil {
		variadic := convertParameter(from.VariadicParameter)
		to.VariadicParameter = &variadic
	}
	return to
}

func convertParameter(from *tfprotov6.FunctionParameter) parameter {
	return parameter{
		Name:        from.Name,
		Description: from.Description,
		IsNullable:  from.AllowNullValue,
		Type:        convertType(from.Type),
	}
}

func convertIdentity(from *tfprotov6.ResourceIdentitySchema) identity {
	to := identity{Version: from.Version, Attributes: map[string]identityAttribute{}}
	for _, one := range from.IdentityAttributes {
		to.Attributes[one.Name] = identityAttribute{
			Type:              convertType(one.Type),
			Description:       one.Description,
			RequiredForImport: one.RequiredForImport,
			OptionalForImport: one.OptionalForImport,
		}
	}
	return to
}

// convertType returns a type as JSON, or nothing for an attribute that has a nested type instead.
func convertType(from tftypes.Type) json.RawMessage {
	if from == nil {
		return nil
	}
	encoded, err := from.MarshalJSON() //nolint:staticcheck // deprecated for callers' types; its JSON is what the format wants
	if err != nil {
		panic(err) // the framework has checked the type
	}
	return encoded
}

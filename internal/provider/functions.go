package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// textFunction is a function of texts to a text.
type textFunction struct {
	name, summary, description string
	parameters                 []function.Parameter
	call                       func(arguments []string) (string, error)
}

var _ function.Function = textFunction{}

func (f textFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f textFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: f.summary, MarkdownDescription: f.description, Parameters: f.parameters, Return: function.StringReturn{},
	}
}

func (f textFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	arguments := make([]string, len(f.parameters))
	for index := range arguments {
		resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.GetArgument(ctx, index, &arguments[index]))
	}
	if resp.Error != nil {
		return
	}
	result, err := f.call(arguments)
	if err != nil {
		resp.Error = function.NewFuncError(functionMessage(err))
		return
	}
	resp.Error = resp.Result.Set(ctx, result)
}

// functionMessage is explain for the error of a function: Terraform ends it with a full stop of its own.
func functionMessage(err error) string { return strings.TrimSuffix(explain(err), ".") }

func newModelURIFunction() function.Function {
	return textFunction{
		name: "model_uri", summary: "Address of a version of a model",
		description: "Returns the `models:/` URI of a version of a registered model, as MLflow's clients load it. It looks nothing up.",
		parameters: []function.Parameter{
			function.StringParameter{Name: "name", MarkdownDescription: "Name of the registered model."},
			function.StringParameter{Name: "ref", MarkdownDescription: "A version number, a stage in any letter case, `latest`, or an alias with an " +
				"`@` before it, such as `@champion`."},
		},
		call: func(arguments []string) (string, error) { return registry.NewModelURI(arguments[0], arguments[1]) },
	}
}

func newParseStageFunction() function.Function {
	return textFunction{
		name: "parse_stage", summary: "A stage as MLflow writes it",
		description: "Returns the stage that a text names in any letter case, as MLflow writes it: `None`, `Staging`, `Production` or `Archived`. " +
			"Any other text is an error.",
		parameters: []function.Parameter{function.StringParameter{Name: "text", MarkdownDescription: "Name of a stage."}},
		call: func(arguments []string) (string, error) {
			stage, err := registry.ParseStage(arguments[0])
			return string(stage), err
		},
	}
}

// parseModelURIFunction takes a models:/ URI apart.
type parseModelURIFunction struct{}

var _ function.Function = parseModelURIFunction{}

func newParseModelURIFunction() function.Function { return parseModelURIFunction{} }

var modelURIParts = map[string]attr.Type{
	"name": types.StringType, "version": types.StringType, "stage": types.StringType, "alias": types.StringType,
	"latest": types.BoolType, "model_id": types.StringType,
}

func (parseModelURIFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_model_uri"
}

func (parseModelURIFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Parts of the address of a version",
		MarkdownDescription: "Takes a `models:/` URI apart as MLflow 3.17.2 does: `models:/fraud/7`, `models:/fraud/Production`, `models:/fraud@champion`, " +
			"`models:/fraud/latest` or `models:/MODEL_ID`. Returns an object with `name`, `version`, `stage`, `alias`, `model_id` (null where the URI has " +
			"none) and `latest` (true for `/latest`). It looks nothing up. An error is what MLflow takes apart and can load nothing from: a version " +
			"that is no number from 1 on, a stage that does not exist, an empty name, and a host, as in `models://fraud/7`.",
		Parameters: []function.Parameter{function.StringParameter{Name: "uri", MarkdownDescription: "A `models:/` URI."}},
		Return:     function.ObjectReturn{AttributeTypes: modelURIParts},
	}
}

func (parseModelURIFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var uri string
	if resp.Error = req.Arguments.Get(ctx, &uri); resp.Error != nil {
		return
	}
	parsed, err := registry.ParseModelURI(uri)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, functionMessage(err))
		return
	}
	version := ""
	if parsed.Version != 0 {
		version = parsed.Version.String()
	}
	resp.Error = resp.Result.Set(ctx, types.ObjectValueMust(modelURIParts, map[string]attr.Value{
		"name": textOrNull(parsed.Name), "version": textOrNull(version), "stage": textOrNull(string(parsed.Stage)),
		"alias": textOrNull(parsed.Alias), "latest": types.BoolValue(parsed.Latest), "model_id": textOrNull(parsed.ModelID),
	}))
}

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
)

// Terraform and OpenTofu write a full stop after the message of a function.
func TestMessagesOfFunctionsHaveNoFullStop(t *testing.T) {
	for name, test := range map[string]struct {
		function  function.Function
		arguments []attr.Value
		says      string
	}{
		"model_uri":       {newModelURIFunction(), []attr.Value{text("a/b"), text("1")}, "which MLflow does not allow in names"},
		"parse_stage":     {newParseStageFunction(), []attr.Value{text("Prod")}, `"Prod" is not a stage`},
		"parse_model_uri": {newParseModelURIFunction(), []attr.Value{text("runs:/1")}, "is not a models:/ URI"},
	} {
		var answer function.RunResponse
		test.function.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(test.arguments)}, &answer)
		if answer.Error == nil {
			t.Fatalf("%s: no error", name)
		}
		message := answer.Error.Text
		if !strings.Contains(message, test.says) || strings.ContainsAny(message[len(message)-1:], ".!?\n ") {
			t.Errorf("%s: %q; want %q and no full stop at its end", name, message, test.says)
		}
	}
}

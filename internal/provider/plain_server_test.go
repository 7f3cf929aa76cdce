package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
)

// evil is what a registry may say to whoever reads it on a terminal: escape sequences, line breaks that fake another message, and marks
// that change the direction of writing.
const evil = "bad \x1b]0;title\a\x1b[2J\x1b[31mred\x1b[0m\r\n\nError: \u202eevil\u2066 \u200b"

// evilAsText is what is shown of it in one line.
const evilAsText = `bad \x1b]0;title\a\x1b[2J\x1b[31mred\x1b[0m Error: \u202eevil\u2066 \u200b`

// dirty is a server whose answers are full of that.
type dirty struct{ recorder }

func soiled() []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Summary: evil, Detail: "First.\n\n" + evil}, nil}
}

func (dirty) ValidateProviderConfig(context.Context, *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{Diagnostics: soiled()}, nil
}

func (dirty) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{Diagnostics: soiled()}, nil
}

func (dirty) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: soiled()}, nil
}

func (dirty) UpgradeResourceState(context.Context, *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: soiled()}, nil
}

func (dirty) UpgradeResourceIdentity(context.Context, *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return &tfprotov6.UpgradeResourceIdentityResponse{Diagnostics: soiled()}, nil
}

func (dirty) ReadResource(context.Context, *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{Diagnostics: soiled()}, nil
}

func (dirty) PlanResourceChange(context.Context, *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{Diagnostics: soiled()}, nil
}

func (dirty) ApplyResourceChange(context.Context, *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return &tfprotov6.ApplyResourceChangeResponse{Diagnostics: soiled()}, nil
}

func (dirty) ImportResourceState(context.Context, *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return &tfprotov6.ImportResourceStateResponse{Diagnostics: soiled()}, nil
}

func (dirty) MoveResourceState(context.Context, *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return &tfprotov6.MoveResourceStateResponse{Diagnostics: soiled()}, nil
}

func (dirty) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{Diagnostics: soiled()}, nil
}

func (dirty) ReadDataSource(context.Context, *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return &tfprotov6.ReadDataSourceResponse{Diagnostics: soiled()}, nil
}

func (dirty) ValidateListResourceConfig(context.Context, *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return &tfprotov6.ValidateListResourceConfigResponse{Diagnostics: soiled()}, nil
}

func (dirty) CallFunction(context.Context, *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return &tfprotov6.CallFunctionResponse{Error: &tfprotov6.FunctionError{Text: evil}}, nil
}

func (dirty) ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{Results: slices.Values([]tfprotov6.ListResourceResult{
		{DisplayName: evil, Diagnostics: soiled()}, {DisplayName: "not asked for"},
	})}, nil
}

// silent are the methods whose answers hold no words of a registry: descriptions of this provider, and what it does not have.
var silent = []string{
	"GetMetadata", "GetProviderSchema", "GetResourceIdentitySchemas", "GetFunctions", "GenerateResourceConfig",
	"ValidateEphemeralResourceConfig", "OpenEphemeralResource", "RenewEphemeralResource", "CloseEphemeralResource",
	"ValidateActionConfig", "PlanAction", "ValidateStateStoreConfig", "ConfigureStateStore", "GetStates", "DeleteState", "LockState",
	"UnlockState", "WriteStateBytes",
}

func wantPlain(t *testing.T, what string, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, each := range diagnostics {
		if each == nil {
			continue
		}
		if each.Summary != evilAsText || !strings.HasPrefix(each.Detail, "First.\n\nbad \\x1b") ||
			strings.ContainsFunc(each.Detail, func(char rune) bool { return char != '\n' && !unicode.IsPrint(char) }) {
			t.Errorf("%s answers %q, %q", what, each.Summary, each.Detail)
		}
	}
}

// No text that leaves the process acts on a terminal, by whichever answer it leaves.
func TestNoAnswerActsOnATerminal(t *testing.T) {
	server := reflect.ValueOf(provider.Lean(dirty{}, false))
	bare := reflect.TypeOf(providerserver.NewProtocol6(provider.New("test")())())
	tried := 0
	for method := range bare.Methods() {
		made := method.Type
		if made.NumIn() != 3 || made.NumOut() != 2 || made.Out(0).Kind() != reflect.Pointer || slices.Contains(silent, method.Name) {
			continue
		}
		if _, has := made.Out(0).Elem().FieldByName("Diagnostics"); !has {
			continue
		}
		tried++
		answers := server.MethodByName(method.Name).Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.New(made.In(2).Elem())})
		found, _ := answers[0].Elem().FieldByName("Diagnostics").Interface().([]*tfprotov6.Diagnostic)
		if len(found) != 2 {
			t.Errorf("%s: %d diagnostics", method.Name, len(found))
		}
		wantPlain(t, method.Name, found)
	}
	if tried < 13 {
		t.Errorf("only %d methods were tried", tried)
	}
	lean, _ := server.Interface().(interface {
		tfprotov6.ProviderServer
		tfprotov6.ListResourceServer
	})
	called, err := lean.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{})
	if err != nil || called.Error.Text != evilAsText {
		t.Errorf("%q, %v", called.Error.Text, err)
	}
	listed, err := lean.ListResource(t.Context(), &tfprotov6.ListResourceRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for one := range listed.Results {
		if one.DisplayName != evilAsText {
			t.Errorf("%q", one.DisplayName)
		}
		wantPlain(t, "ListResource", one.Diagnostics)
		break
	}
}

// What a registry says in an error, and in what it lists, is one line of text on a terminal, and not longer than a screen.
func TestAccTerminal_wordsOfARegistryAreText(t *testing.T) {
	quote := func(text string) string { return strings.ReplaceAll(fmt.Sprintf("%+q", text), `\a`, `\u0007`) }
	inJSON := func(text string) string { return strings.ReplaceAll(quote(text), `\x1b`, `\u001b`) }
	for name, test := range map[string]struct {
		status int
		body   string
		says   string
	}{
		"an error":      {400, `{"error_code": "INVALID_PARAMETER_VALUE", "message": ` + inJSON(evil) + `}`, evilAsText},
		"a page":        {500, "<html><h1>" + evil + "</h1></html>", evilAsText},
		"a code":        {400, `{"error_code": ` + inJSON(evil) + `, "message": "m"}`, "answered 400: m"},
		"other JSON":    {200, `{"message": ` + inJSON(evil) + `}`, `not as MLflow's registry API`},
		"a stage":       {200, `{"model_versions": [{"name": "m", "version": "1", "current_stage": ` + inJSON(evil) + `}]}`, ""},
		"a status":      {200, `{"model_versions": [{"name": "m", "version": "1", "status": ` + inJSON(evil) + `, "status_message": ` + inJSON(evil) + `}]}`, evilAsText},
		"30 megabytes":  {400, `{"error_code": "INVALID_PARAMETER_VALUE", "message": "` + strings.Repeat("E", 30<<20) + `"}`, "EEEEEEEE"},
		"a long reason": {400, `{"error_code": "INVALID_PARAMETER_VALUE", "message": "` + strings.Repeat("E ", 100_000) + `"}`, "E E E E"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if strings.HasPrefix(test.body, "<") {
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			t.Cleanup(server.Close)
			w := acctest.NewWorkspace(t, "")
			w.Write("main.tf", acctest.Requirements+fmt.Sprintf("provider \"mlregistry\" {\n  tracking_uri = %q\n  max_retries = 0\n}\n", server.URL)+
				"resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"m\"\n  version = 1\n  stage = \"Production\"\n}\n")
			plan := w.Run("plan", "-no-color", "-input=false")
			if test.says != "" {
				wantText(t, plan.Output, test.says)
			}
			if strings.ContainsAny(plan.Output, "\x1b\a\u202e\u2066\u200b") || strings.Contains(plan.Output, "\nError: evil") || len(plan.Output) > 10_000 {
				t.Errorf("%d bytes, %.2000q", len(plan.Output), plan.Output)
			}
		})
	}
}

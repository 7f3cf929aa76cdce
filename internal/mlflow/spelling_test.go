package mlflow_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// A server that takes two spellings for one answers with its own. What it answers is compared with what it was asked for.
func TestAnotherSpellingIsAnErrorOfItsOwn(t *testing.T) {
	model := func(name string) reply { return says(200, fmt.Sprintf(`{"registered_model": {"name": %q}}`, name)) }
	version := func(name string) reply {
		return says(200, fmt.Sprintf(`{"model_version": {"name": %q, "version": "7"}}`, name))
	}
	for _, found := range []string{"M", "m ", "ḿ", "ｍ"} { // Letter case, a blank, an accent, another width.
		for name, test := range map[string]struct {
			call   func(context.Context, *mlflow.Client) error
			answer reply
		}{
			"model": {readsModel, model(found)}, "version": {reads, version(found)}, "creation": {registers, model(found)},
			"deletion": {drops, model(found)}, // After which nothing is sent.
		} {
			err := test.call(t.Context(), serve(t, test.answer).connect())
			if !errors.Is(err, registry.ErrOtherSpelling) || errors.Is(err, registry.ErrNotFound) || errors.Is(err, registry.ErrOutcomeUnknown) ||
				!strings.Contains(err.Error(), fmt.Sprintf("%q, and not %q", found, "m")) {
				t.Errorf("%s as %q: %v", name, found, err)
			}
		}
	}
	must(t, reads(t.Context(), serve(t, says(200, `{"model_version": {"version": "7"}}`)).connect())) // It says no name at all.
}

// A model whose name has decomposed letters is told from one that is not there: in Terraform the two look the same.
func TestADecomposedNameIsAnErrorOfItsOwn(t *testing.T) {
	const composed, decomposed = "caf\u00e9", "cafe\u0301"
	gone := fails(404, "RESOURCE_DOES_NOT_EXIST", "no")
	for what, test := range map[string]struct {
		call  func(context.Context, *mlflow.Client, string) error
		there reply
	}{
		"model": {func(ctx context.Context, c *mlflow.Client, name string) error {
			_, err := c.Model(ctx, name)
			return err
		},
			says(200, `{"registered_model": {"name": "`+decomposed+`"}}`)},
		"version": {func(ctx context.Context, c *mlflow.Client, name string) error {
			_, err := c.Version(ctx, name, 7)
			return err
		},
			says(200, `{"registered_model": {"name": "`+decomposed+`"}}`)},
	} {
		server := serve(t, gone, test.there)
		err := test.call(t.Context(), server.connect(), composed)
		if !errors.Is(err, registry.ErrOtherSpelling) || !strings.Contains(err.Error(), "NFD") || server.got[1].URL.Query().Get("name") != decomposed {
			t.Errorf("%s: %v", what, err)
		}
		wantKind(t, what+", neither", test.call(t.Context(), serve(t, gone, gone).connect(), composed), registry.ErrNotFound)
		wantKind(t, what+", plain letters", test.call(t.Context(), serve(t, gone).connect(), "cafe"), registry.ErrNotFound)
		wantKind(t, what+", decomposed itself", test.call(t.Context(), serve(t, gone).connect(), decomposed), registry.ErrNotFound)
	}
}

func TestWhetherSpellingsAreFolded(t *testing.T) {
	for name, test := range map[string]struct {
		model  string
		script []reply
		asked  string
		want   bool
		kind   error
	}{
		"folded":            {"Fraud-7", []reply{says(200, `{"registered_model": {"name": "Fraud-7"}}`)}, "fRAUD-7", true, nil},
		"told apart":        {"Fraud", []reply{fails(404, "RESOURCE_DOES_NOT_EXIST", "no")}, "fRAUD", false, nil},
		"two models":        {"Fraud", []reply{says(200, `{"registered_model": {"name": "fRAUD"}}`)}, "fRAUD", false, nil},
		"no letters":        {"2026_日本", nil, "", false, nil},
		"not allowed":       {"Fraud", []reply{fails(403, "PERMISSION_DENIED", "no")}, "fRAUD", false, registry.ErrPermissionDenied},
		"accents and other": {"Éß", []reply{fails(404, "RESOURCE_DOES_NOT_EXIST", "no"), fails(404, "RESOURCE_DOES_NOT_EXIST", "no")}, "éß", false, nil},
	} {
		server := serve(t, test.script...)
		got, err := server.connect().FoldsSpelling(t.Context(), test.model)
		if got != test.want || !errors.Is(err, test.kind) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if len(test.script) > 0 && server.got[0].URL.Query().Get("name") != test.asked {
			t.Errorf("%s: asked for %q", name, server.got[0].URL.Query().Get("name"))
		}
	}
}

// A deletion is for good: it is looked first whether the model is the one that is meant. A model that cannot be read is deleted all
// the same: who may delete it may not have to be allowed to read.
func TestADeletionLooksFirst(t *testing.T) {
	server := serve(t, says(200, aModel), says(200, "{}"))
	must(t, drops(t.Context(), server.connect()))
	if server.got[1].Method != http.MethodDelete {
		t.Errorf("the second request is a %s", server.got[1].Method)
	}
	gone := fails(404, "RESOURCE_DOES_NOT_EXIST", "no")
	wantKind(t, "gone", drops(t.Context(), serve(t, gone).connect()), registry.ErrNotFound)
	must(t, drops(t.Context(), serve(t, fails(403, "PERMISSION_DENIED", "no"), says(200, "{}")).connect()))
}

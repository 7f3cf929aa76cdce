package mlflow_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// The calls of the table below that are in no other.
var (
	readsModel = func(ctx context.Context, c *mlflow.Client) error { _, err := c.Model(ctx, "m"); return err }
	lists      = func(ctx context.Context, c *mlflow.Client) error { _, err := c.Versions(ctx, "m"); return err }
	describes  = func(ctx context.Context, c *mlflow.Client) error {
		_, err := c.DescribeModel(ctx, "m", "x")
		return err
	}
	drops = func(ctx context.Context, c *mlflow.Client) error { return c.DeleteModel(ctx, "m") }
)

// A 404 without a reason means three things: the object is missing, the server has no such endpoint, or it is no registry. What GitLab
// answers is its API's documentation; the other answers are those of the double in this test.
func TestNotFoundWithoutAReason(t *testing.T) {
	empty, page, gitlab := says(404, ""), says(404, noPage), says(404, `{"error":"404 Not Found"}`)
	for name, test := range map[string]struct {
		call   func(context.Context, *mlflow.Client) error
		script []reply
		kind   error
		text   string
	}{
		"a model":                    {readsModel, []reply{empty, says(200, "{}")}, registry.ErrNotFound, "no such object"},
		"a version":                  {reads, []reply{empty, says(200, "{}")}, registry.ErrNotFound, "no such object"},
		"a model that is changed":    {describes, []reply{page, says(200, "{}")}, registry.ErrNotFound, "no such object"},
		"a model that is deleted":    {drops, []reply{gitlab, says(200, "{}")}, registry.ErrNotFound, "no such object"},
		"after a lost answer":        {drops, []reply{says(200, aModel), hangsUp, empty, says(200, "{}")}, nil, ""},
		"no search for versions":     {lists, []reply{gitlab, says(200, "{}")}, registry.ErrUnsupported, "this server has no GET model-versions/search"},
		"no deletion of versions":    {deletes, []reply{gitlab, says(200, "{}")}, registry.ErrUnsupported, "this server has no DELETE model-versions/delete"},
		"no tags":                    {setsTag, []reply{says(405, ""), says(200, "{}")}, registry.ErrUnsupported, "this server has no POST model-versions/set-tag"},
		"no stages":                  {moves, []reply{gitlab}, registry.ErrNotMLflow, "404"},
		"no aliases":                 {points, []reply{gitlab}, registry.ErrUnsupported, "has no aliases"},
		"another service":            {reads, []reply{page, page}, registry.ErrNotMLflow, "check tracking_uri"},
		"a service that finds all":   {reads, []reply{page, says(200, "<h1>Welcome</h1>")}, registry.ErrNotMLflow, "check tracking_uri"},
		"a server that is down then": {reads, append([]reply{page}, slices.Repeat([]reply{says(503, "")}, 8)...), registry.ErrNotMLflow, "check tracking_uri"},
		"MLflow's own words":         {reads, []reply{fails(404, "RESOURCE_DOES_NOT_EXIST", "gone")}, registry.ErrNotFound, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.call(t.Context(), serve(t, test.script...).connect())
			if !errors.Is(err, test.kind) || err != nil && !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v; want %v, %q", err, test.kind, test.text)
			}
			if failure, ok := errors.AsType[*registry.Error](err); ok && !errors.Is(err, registry.ErrNotMLflow) && failure.Fault != "" {
				t.Errorf("the fault is %q, whose advice is about the address", failure.Fault)
			}
		})
	}
}

// A server that has answered a search is known to be a registry.
func TestARegistryIsAskedOnceWhetherItIsOne(t *testing.T) {
	client := serve(t, says(404, ""), says(200, "{}"), says(404, ""), says(404, "")).connect()
	for range 3 {
		wantKind(t, "missing", readsModel(t.Context(), client), registry.ErrNotFound)
	}
}

// Errors of other makes are read: Azure's machine-learning service puts MLflow's code into innererror.
func TestErrorsOfOtherMakes(t *testing.T) {
	for name, test := range map[string]struct {
		answer reply
		kind   error
		code   string
		text   string
	}{
		"Azure": {says(404, `{"error": {"code": "UserError", "message": "No model m", "innererror": {"code": "RESOURCE_DOES_NOT_EXIST"}}}`),
			registry.ErrNotFound, "RESOURCE_DOES_NOT_EXIST", "No model m"},
		"Azure, two levels": {says(400, `{"error": {"code": "UserError", "message": "taken", "innerError": {"code": "BadArgument", "innerError": {"code": "RESOURCE_ALREADY_EXISTS"}}}}`),
			registry.ErrAlreadyExists, "RESOURCE_ALREADY_EXISTS", "taken"},
		"a code of its own":     {says(403, `{"error": {"code": "Forbidden", "message": "not yours"}}`), registry.ErrPermissionDenied, "", "answered 403: not yours"},
		"a text":                {says(401, `{"error": "invalid_token", "error_description": "expired"}`), registry.ErrUnauthenticated, "", "answered 401: expired"},
		"FastAPI":               {says(422, `{"detail": "bad"}`), registry.ErrInvalid, "", "answered 422: bad"},
		"another code":          {fails(404, "NOT_FOUND", "gone"), registry.ErrNotFound, "NOT_FOUND", "gone"},
		"no message":            {says(400, `{"error_code": "INVALID_PARAMETER_VALUE", "message": null}`), registry.ErrInvalid, "INVALID_PARAMETER_VALUE", "(no message)"},
		"a code that is none":   {says(400, `{"error_code": "Error:\n\nfake", "message": "m"}`), registry.ErrInvalid, "", "answered 400: m"},
		"a code of a number":    {says(400, `{"error_code": 7, "message": "m"}`), registry.ErrInvalid, "", "answered 400: m"},
		"nested without an end": {says(400, strings.Repeat(`{"error": `, 5000)+`"x"`+strings.Repeat("}", 5000)), registry.ErrInvalid, "", "answered 400"},
	} {
		t.Run(name, func(t *testing.T) {
			err := describes(t.Context(), serve(t, test.answer).connect())
			failure, ok := errors.AsType[*registry.Error](err)
			if !ok || !errors.Is(err, test.kind) || failure.Code != test.code || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v; want %v, code %q, %q", err, test.kind, test.code, test.text)
			}
		})
	}
}

// 201 is a success, and what gateways answer for a server that they lost is not lasting.
func TestStatusesOfOtherMakes(t *testing.T) {
	must(t, creates(t.Context(), serve(t, says(http.StatusCreated, aVersion)).connect()))
	must(t, setsTag(t.Context(), serve(t, says(http.StatusAccepted, "")).connect()))
	for _, status := range []int{408, 520, 521, 522, 523, 524} {
		must(t, reads(t.Context(), serve(t, says(status, ""), says(200, aVersion)).connect()))
		err := moves(t.Context(), serve(t, says(status, "")).connect())
		if !errors.Is(err, registry.ErrUnavailable) || !errors.Is(err, registry.ErrOutcomeUnknown) {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, status := range []int{525, 530, 501} {
		wantKind(t, "a lasting failure", reads(t.Context(), serve(t, says(status, "")).connect()), registry.ErrInternal)
	}
}

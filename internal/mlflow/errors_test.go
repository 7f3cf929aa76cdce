package mlflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// notFoundPage is what MLflow 3.17 answers to a path it does not know.
const notFoundPage = `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server.</p>`

func TestErrorKinds(t *testing.T) {
	once := func(c *mlflow.Config) { c.MaxRetries = -1 }
	for name, test := range map[string]struct {
		answer  reply
		kind    error
		unknown bool // of a write
		text    string
	}{
		"missing":                 {fails(404, "RESOURCE_DOES_NOT_EXIST", "Registered Model with name=m not found"), registry.ErrNotFound, false, "answered 404 RESOURCE_DOES_NOT_EXIST: Registered Model with name=m not found"},
		"taken":                   {fails(400, "RESOURCE_ALREADY_EXISTS", "exists"), registry.ErrAlreadyExists, false, "exists"},
		"invalid":                 {fails(400, "INVALID_PARAMETER_VALUE", "bad"), registry.ErrInvalid, false, "bad"},
		"denied by code":          {fails(403, "PERMISSION_DENIED", "no"), registry.ErrPermissionDenied, false, "no"},
		"unknown code":            {fails(409, "SOMETHING_NEW", "new"), registry.ErrInvalid, false, "409 SOMETHING_NEW: new"},
		"code without message":    {says(400, `{"error_code": "INVALID_PARAMETER_VALUE"}`), registry.ErrInvalid, false, "no message"},
		"server error":            {fails(500, "INTERNAL_ERROR", "boom"), registry.ErrInternal, true, "boom"},
		"not implemented":         {fails(501, "NOT_IMPLEMENTED", "no"), registry.ErrInternal, false, "no"},
		"unavailable":             {fails(503, "TEMPORARILY_UNAVAILABLE", "deadlock"), registry.ErrUnavailable, true, "deadlock"},
		"too many":                {says(429, "slow down"), registry.ErrUnavailable, false, "slow down"},
		"no credentials":          {says(401, "You are not authenticated."), registry.ErrUnauthenticated, false, "401: You are not authenticated."},
		"no right, text":          {says(403, "Permission denied"), registry.ErrPermissionDenied, false, "Permission denied"},
		"page not found":          {says(404, notFoundPage), registry.ErrNotMLflow, false, "check tracking_uri: 404 Not Found Not Found The requested URL was not found on the server."},
		"another API's not found": {says(404, `{"detail": "Not Found"}`), registry.ErrNotMLflow, false, "tracking_uri: Not Found"},
		"method not allowed":      {says(405, ""), registry.ErrNotMLflow, false, "Method Not Allowed without a text"},
		"500 page":                {says(500, "<html><head><style>b{}</style><title>500 Error</title></head><body><script>x</script><b>a &amp; b</b></body></html>"), registry.ErrInternal, true, "answered 500: 500 Error a & b"},
		"bad gateway page":        {says(502, "<h1>502 Bad Gateway</h1><hr>nginx"), registry.ErrUnavailable, true, "502 Bad Gateway nginx"},
		"a long text":             {says(400, strings.Repeat("long ", 5000)), registry.ErrInvalid, true, "long long long"},
		"a stranger's refusal":    {says(400, ""), registry.ErrInvalid, true, "Bad Request without a text"},
		"a stranger's conflict":   {says(409, "<p>no</p>"), registry.ErrInvalid, true, "no"},
		"no https":                {says(400, "Client sent an HTTP request to an HTTPS server."), registry.ErrInvalid, false, "to an HTTPS server"},
		"no text":                 {says(504, ""), registry.ErrUnavailable, true, "Gateway Timeout without a text"},
		"a page":                  {says(200, "<title>Sign in</title>"), registry.ErrNotMLflow, true, "Sign in"},
		"a text":                  {says(200, "OK"), registry.ErrNotMLflow, true, "not a JSON object"},
		"other JSON":              {says(200, `{"message": "hello"}`), registry.ErrNotMLflow, true, `no "model_version"`},
		"a JSON list":             {says(200, `[]`), registry.ErrNotMLflow, true, "not a JSON object"},
		"an odd number":           {says(200, `{"model_version": {"name": "m", "version": "seven"}}`), registry.ErrNotMLflow, true, `"seven" is not a version number`},
		"half a document":         {says(200, `{"model_version": {`), registry.ErrNotMLflow, true, "can't be read"},
		"an empty answer":         {says(200, ""), registry.ErrNotMLflow, true, `no "model_version"`},
		"half an answer":          {breaksOff, registry.ErrUnavailable, true, "broke off"},
		"no answer":               {hangsUp, registry.ErrUnavailable, true, "EOF"},
	} {
		for way, call := range map[string]func(context.Context, *mlflow.Client) error{"read": reads, "write": moves} {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				answers := []reply{test.answer}
				if way == "read" && errors.Is(test.kind, registry.ErrPermissionDenied) { // The model is asked for, too.
					answers = append(answers, test.answer)
				}
				if way == "read" && strings.Contains(name, "not found") || way == "read" && name == "method not allowed" { // Is it a registry?
					answers = append(answers, test.answer)
				}
				server := serve(t, answers...)
				err := call(t.Context(), server.connect(once))
				var answer *registry.Error
				if !errors.As(err, &answer) || !errors.Is(err, test.kind) {
					t.Fatalf("%v is not %v", err, test.kind)
				}
				if unknown := test.unknown && way == "write"; errors.Is(err, registry.ErrOutcomeUnknown) != unknown {
					t.Errorf("unknown is %v, want %v: %v", !unknown, unknown, err)
				}
				if !strings.Contains(err.Error(), test.text) {
					t.Errorf("%v lacks %q", err, test.text)
				}
				if len(err.Error()) > 1200 || strings.ContainsAny(err.Error(), "\n<>") {
					t.Errorf("not a readable line: %v", err)
				}
				if answer.Operation == "" || strings.Contains(answer.Operation, "127.0.0.1") {
					t.Errorf("operation %q", answer.Operation)
				}
			})
		}
	}
}

func TestASearchTellsAnEmptyRegistryFromAnotherService(t *testing.T) {
	for body, kind := range map[string]error{
		`{}`: nil, `{"model_versions": []}`: nil, `{"model_versions": null}`: nil, ``: nil,
		`{"status": "ok"}`: registry.ErrNotMLflow, `<p>x</p>`: registry.ErrNotMLflow,
		`{"model_versions": [{"id": 1}]}`: registry.ErrNotMLflow, `{"model_versions": "x"}`: registry.ErrNotMLflow,
	} {
		versions, err := serve(t, says(200, body)).connect().Versions(t.Context(), "m")
		if !errors.Is(err, kind) || len(versions) != 0 {
			t.Errorf("%s: %v, %v; want %v", body, versions, err, kind)
		}
	}
}

func TestAConfirmationMustBeAnObject(t *testing.T) {
	must(t, serve(t, says(200, "{}")).connect().SetModelTag(t.Context(), "m", "k", "v"))
	must(t, serve(t, says(200, "")).connect().SetModelTag(t.Context(), "m", "k", "v"))
	err := serve(t, says(200, "<h1>Welcome</h1>")).connect().SetModelTag(t.Context(), "m", "k", "v")
	if !errors.Is(err, registry.ErrNotMLflow) || !errors.Is(err, registry.ErrOutcomeUnknown) {
		t.Error(err)
	}
}

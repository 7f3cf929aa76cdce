package mlflow

import (
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// FuzzAnswers lets a server answer anything. Whatever it says, it is read or is an error of one short printable line, in which a
// secret that the server was sent does not stand.
func FuzzAnswers(f *testing.F) {
	const secret = "pl4nted-S3cret/7"
	for _, seed := range []string{
		`{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}`, `{"error": {"code": "x", "innerError": {"code": "NOT_FOUND"}}}`, "<h1>SECRET</h1>", "",
		`{"model_version": {"name": "m", "version": "7", "creation_timestamp": 1.5, "tags": [{"key": "k", "value": "v"}]}}`, `{"detail": "SECRET"}`, "\x1b[31mSECRET",
		`{"model_versions": [{"name": "m", "version": 7}], "next_page_token": "t"}`, `{"registered_model": {"name": "m", "aliases": null}}`, `[`, "\xff",
	} {
		f.Add(200, seed, "application/json")
		f.Add(400, seed, "text/html")
	}
	known := &redact.Secrets{}
	known.Add(secret)
	f.Fuzz(func(t *testing.T, status int, body, kind string) {
		if status < 200 || status > 599 {
			return
		}
		body = strings.ReplaceAll(body, "SECRET", secret)
		response := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}}
		for _, into := range []answer{&versionAnswer{}, &modelAnswer{}, &versionsAnswer{}, &modelsAnswer{}, &nothing{}, &serverInfo{}} {
			current := &call{method: http.MethodGet, endpoint: "model-versions/get", secrets: known}
			err := current.finish(response, []byte(body), into)
			if err == nil {
				continue
			}
			failure, ok := err.(*registry.Error) //nolint:errorlint // finish returns nothing else.
			if !ok {
				t.Fatalf("%T", err)
			}
			line := known.Line(failure.Message) // As Client.do shows it.
			if strings.Contains(line, secret) || utf8.RuneCountInString(line) > redact.MaxLength+1 || len(failure.Code) > 100 ||
				strings.ContainsFunc(line+failure.Code, func(char rune) bool { return !unicode.IsPrint(char) }) {
				t.Errorf("%d %q is shown as %q, code %q", status, body, line, failure.Code)
			}
		}
	})
}

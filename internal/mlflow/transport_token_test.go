package mlflow_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// tokens is a source that gives one token after the other; it stands for a command.
type tokens struct {
	mutex sync.Mutex
	list  []string
	err   error
}

func (s *tokens) Token(context.Context) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.list[0], s.err
}

func (s *tokens) Reject(_ context.Context, token string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.list[0] == token && len(s.list) > 1 {
		s.list = s.list[1:]
	}
}

func withTokens(list ...string) func(*mlflow.Config) {
	return func(c *mlflow.Config) { c.TokenSource, c.TokenScheme = &tokens{list: list}, "Bearer" }
}

func TestATokenThatTheServerRefusesIsReplacedOnce(t *testing.T) {
	for _, once := range []func(context.Context, *mlflow.Client) error{moves, points} { // A 401 has done nothing.
		must(t, once(t.Context(), serve(t, says(401, "expired"), says(200, aVersion)).connect(withTokens("old-token", "new-token"))))
	}
	server := serve(t, says(401, "expired"), says(200, aVersion), says(200, aVersion))
	client := server.connect(withTokens("old-token", "new-token"))
	must(t, creates(t.Context(), client))
	must(t, reads(t.Context(), client))
	for i, want := range []string{"Bearer old-token", "Bearer new-token", "Bearer new-token"} {
		if got := server.got[i].Header.Get("Authorization"); got != want {
			t.Errorf("request %d has %q, want %q", i+1, got, want)
		}
	}
	if server.content[0] != server.content[1] || server.content[1] == "" {
		t.Errorf("the repeated request has the body %q, the first had %q", server.content[1], server.content[0])
	}

	server = serve(t, says(401, "no"), says(401, "still no"))
	err := reads(t.Context(), server.connect(withTokens("a-token", "b-token")))
	wantKind(t, "refused twice", err, registry.ErrUnauthenticated)
	server = serve(t, says(401, "no")) // The source has no other token: asking again would be in vain.
	wantKind(t, "the same token", reads(t.Context(), server.connect(withTokens("a-token"))), registry.ErrUnauthenticated)
}

func TestWhereTheTokenGoes(t *testing.T) {
	basic := func(c *mlflow.Config) { c.Username, c.Password = "ann", "secret" }
	for name, test := range map[string]struct {
		change        func(*mlflow.Config)
		header, want  string
		authorization string
	}{
		"a proxy's header beside MLflow's own": {func(c *mlflow.Config) { basic(c); c.TokenHeader = "Proxy-Authorization" }, "Proxy-Authorization", "Bearer tok-1", "Basic YW5uOnNlY3JldA=="},
		"a token alone":                        {func(c *mlflow.Config) { c.TokenHeader, c.TokenScheme = "Cf-Access-Token", "" }, "Cf-Access-Token", "tok-1", ""},
		"user and password win":                {basic, "Authorization", "Basic YW5uOnNlY3JldA==", "Basic YW5uOnNlY3JldA=="},
		"over a header of the same name":       {func(c *mlflow.Config) { c.Headers = map[string]string{"authorization": "other"} }, "Authorization", "Bearer tok-1", "Bearer tok-1"},
	} {
		server := serve(t, says(200, aVersion))
		must(t, reads(t.Context(), server.connect(withTokens("tok-1"), test.change)))
		if got := server.got[0].Header; got.Get(test.header) != test.want || got.Get("Authorization") != test.authorization {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNoTokenIsAnErrorOfTheCredentials(t *testing.T) {
	for _, source := range []*tokens{{list: []string{""}, err: errors.New("log in first")}, {list: []string{"a\nb"}}} {
		err := creates(t.Context(), serve(t).connect(func(c *mlflow.Config) { c.TokenSource = source }))
		wantKind(t, "no token", err, registry.ErrUnauthenticated)
		if answer := new(registry.Error); !errors.As(err, &answer) || answer.Fault != registry.FaultCredentialCommand {
			t.Errorf("%#v", err)
		}
	}
}

func TestATokenStaysWithItsServer(t *testing.T) {
	elsewhere := serve(t)
	server := serve(t, redirects(307, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)))
	wantKind(t, "redirect", reads(t.Context(), server.connect(withTokens("tok-1"))), registry.ErrNotMLflow)
}

// A server that repeats what it was sent must not bring it into a message.
func TestRepeatedSecretsAreHidden(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		says(400, `{"error_code": "INVALID_PARAMETER_VALUE", "message": "bad request: `+r.Header.Get("Authorization")+" "+r.Header.Get("X-Api-Key")+` cGxhbnRlZC1wYXNzd29yZA== planted%2Fslash"}`)(w, r)
	}
	for name, change := range map[string]func(*mlflow.Config){
		"token":    func(c *mlflow.Config) { c.Token = "planted-token" },
		"source":   withTokens("planted-token"),
		"password": func(c *mlflow.Config) { c.Username, c.Password = "ann", "planted-password" },
		"header":   func(c *mlflow.Config) { c.Headers = map[string]string{"X-Api-Key": "planted-key"} },
		"slash":    func(c *mlflow.Config) { c.Token = "planted/slash" },
	} {
		err := reads(t.Context(), serve(t, echo).connect(change))
		wantKind(t, name, err, registry.ErrInvalid)
		forbidden := map[string][]string{
			"token": {"planted-token"}, "source": {"planted-token"}, "password": {"YW5uOnBsYW50ZWQtcGFzc3dvcmQ", "cGxhbnRlZC1wYXNzd29yZA"},
			"header": {"planted-key"}, "slash": {"planted/slash", "planted%2Fslash"},
		}[name]
		for _, secret := range forbidden {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !strings.Contains(err.Error(), "bad request: ") {
			t.Errorf("%s: the rest of the message is gone: %v", name, err)
		}
	}
}

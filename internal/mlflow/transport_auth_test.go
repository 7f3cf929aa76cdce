package mlflow_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
)

// Each row that MLflow's Python client 3.17.2 can be brought into was measured with it: make test-python asks it again.
func TestWhichCredentialsAreSent(t *testing.T) {
	const (
		annSecret = "Basic YW5uOnNlY3JldA==" // ann:secret
		urlPwd    = "Basic dXJsOnB3ZA=="     // url:pwd
		urlEmpty  = "Basic dXJsOg=="         // url:
	)
	for name, test := range map[string]struct {
		config mlflow.Config
		user   string
		want   string
	}{
		"none":                          {mlflow.Config{}, "", ""},
		"user and password":             {mlflow.Config{Username: "ann", Password: "secret"}, "", annSecret},
		"token":                         {mlflow.Config{Token: "tok"}, "", "Bearer tok"},
		"user and password over token":  {mlflow.Config{Username: "ann", Password: "secret", Token: "tok"}, "", annSecret},
		"token over user alone":         {mlflow.Config{Username: "ann", Token: "tok"}, "", "Bearer tok"},
		"token over password alone":     {mlflow.Config{Password: "secret", Token: "tok"}, "", "Bearer tok"},
		"user alone is nothing":         {mlflow.Config{Username: "ann"}, "", ""},
		"in the URL":                    {mlflow.Config{}, "url:pwd@", urlPwd},
		"in the URL, no password":       {mlflow.Config{}, "url@", ""},
		"in the URL, empty password":    {mlflow.Config{}, "url:@", urlEmpty},
		"URL over user and password":    {mlflow.Config{Username: "ann", Password: "secret"}, "url:pwd@", urlPwd},
		"URL over token":                {mlflow.Config{Token: "tok"}, "url:pwd@", urlPwd},
		"token over URL user alone":     {mlflow.Config{Token: "tok"}, "url@", "Bearer tok"},
		"token over header":             {mlflow.Config{Token: "tok", Headers: map[string]string{"authorization": "X y"}}, "", "Bearer tok"},
		"header when there is no other": {mlflow.Config{Headers: map[string]string{"authorization": "X y"}}, "", "X y"},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, says(200, aVersion))
			config := test.config
			config.BaseURL = strings.Replace(server.URL, "http://", "http://"+test.user, 1)
			client, err := mlflow.New(config)
			must(t, err)
			must(t, reads(t.Context(), client))
			if got := server.got[0].Header.Get("Authorization"); got != test.want {
				t.Errorf("Authorization %q, want %q", got, test.want)
			}
		})
	}
}

func TestHeadersGoWithEveryRequest(t *testing.T) {
	server := serve(t, says(200, workspacesOn), says(200, "{}"), says(503, ""), says(200, aVersion), says(200, "{}"))
	client := server.connect(func(c *mlflow.Config) {
		c.Headers = map[string]string{"x-team": "risk", "X-Mlflow-Workspace": "other", "User-Agent": "other"}
		c.Workspace, c.UserAgent = "prod", "me/1"
	})
	must(t, reads(t.Context(), client))
	must(t, deletes(t.Context(), client))
	for i, request := range server.got {
		for name, want := range map[string]string{"X-Team": "risk", "X-MLFLOW-WORKSPACE": "prod", "User-Agent": "me/1"} {
			if got := request.Header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("request %d has %s %q, want %q", i+1, name, got, want)
			}
		}
	}

	server = serve(t, says(200, aVersion))
	must(t, reads(t.Context(), server.connect()))
	if header := server.got[0].Header; header.Get("User-Agent") != mlflow.DefaultUserAgent || header.Get(mlflow.WorkspaceHeader) != "" {
		t.Errorf("headers %v", header)
	}
}

func TestTheConfigurationIsCopied(t *testing.T) {
	headers := map[string]string{"X-Team": "risk"}
	server := serve(t, says(200, aVersion))
	client := server.connect(func(c *mlflow.Config) { c.Headers = headers })
	maps.Copy(headers, map[string]string{"X-Team": "changed"})
	must(t, reads(t.Context(), client))
	if got := server.got[0].Header.Get("X-Team"); got != "risk" {
		t.Errorf("X-Team %q", got)
	}
}

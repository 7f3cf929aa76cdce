package mlflow_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func redirects(status int, location string) reply {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}

func withSecrets(c *mlflow.Config) {
	c.Token, c.Headers = "s3cr3t-token", map[string]string{"X-Api-Key": "s3cr3t-key"}
}

func TestARedirectToAnotherServerIsRefused(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := serve(t) // any request here fails the test
		for _, to := range []string{elsewhere.URL, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)} {
			server := serve(t, redirects(status, to+"/login?state=s3cr3t"), redirects(status, to+"/login?state=s3cr3t"))
			client := server.connect(withSecrets)
			for _, err := range []error{reads(t.Context(), client), creates(t.Context(), client)} {
				wantKind(t, "redirect", err, registry.ErrNotMLflow)
				if !strings.Contains(err.Error(), to+"/login") || strings.Contains(err.Error(), "s3cr3t") {
					t.Errorf("%d: %v", status, err)
				}
			}
		}
	}
}

func TestARedirectWithinTheServerIsFollowed(t *testing.T) {
	server := serve(t, redirects(301, "/elsewhere"), says(200, aVersion), redirects(308, "/elsewhere"), says(200, aVersion))
	client := server.connect(withSecrets)
	must(t, reads(t.Context(), client))
	must(t, moves(t.Context(), client))
	last := server.got[3]
	if last.Method != http.MethodPost || last.URL.Path != "/elsewhere" || last.Header.Get("Authorization") != "Bearer s3cr3t-token" ||
		server.content[3] != server.content[2] || server.content[3] == "" {
		t.Errorf("%s %s %v %q", last.Method, last.URL, last.Header, server.content[3])
	}
}

func TestARedirectDoesNotTurnAWriteIntoARead(t *testing.T) {
	for _, status := range []int{301, 302, 303} {
		server := serve(t, redirects(status, "/elsewhere"))
		err := moves(t.Context(), server.connect())
		wantKind(t, "redirected write", err, registry.ErrNotMLflow)
		if !strings.Contains(err.Error(), "set tracking_uri") {
			t.Error(err)
		}
	}
}

func TestARedirectInCirclesEnds(t *testing.T) {
	server := serve(t, slices.Repeat([]reply{redirects(307, "/again")}, 6)...)
	wantKind(t, "circle", reads(t.Context(), server.connect()), registry.ErrNotMLflow)
}

func TestARedirectToHTTPSOfTheSameHostIsFollowed(t *testing.T) {
	var asked []string
	client := connect(t, "http://registry.example/prefix", withSecrets, func(c *mlflow.Config) {
		c.Transport = roundTripper(func(request *http.Request) (*http.Response, error) {
			asked = append(asked, request.URL.Scheme+" "+request.URL.Host+" "+request.Header.Get("Authorization"))
			if request.URL.Scheme == "http" {
				return answerWith(301, "", "Location", "https://registry.example"+request.URL.RequestURI()), nil
			}
			return answerWith(200, aVersion), nil
		})
	})
	must(t, reads(t.Context(), client))
	if want := []string{"http registry.example Bearer s3cr3t-token", "https registry.example Bearer s3cr3t-token"}; !slices.Equal(asked, want) {
		t.Errorf("%q", asked)
	}
	// And never back: from https to http the credentials would be readable.
	client = connect(t, "https://registry.example", withSecrets, func(c *mlflow.Config) {
		c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
			return answerWith(301, "", "Location", "http://registry.example/"), nil
		})
	})
	if err := reads(t.Context(), client); !errors.Is(err, registry.ErrNotMLflow) {
		t.Error(err)
	}
}

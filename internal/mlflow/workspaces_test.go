package mlflow_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	workspacesOn  = `{"store_type": "SqlStore", "workspaces_enabled": true}`
	workspacesOff = `{"store_type": "SqlStore", "workspaces_enabled": false}`
)

func inTeamA(config *mlflow.Config) { config.Workspace = "team-a" }

// The workspace is made sure of once, before the first request, however many come together.
func TestWorkspaceIsLookedForOnce(t *testing.T) {
	server := serve(t, says(200, workspacesOn), says(200, "{}"), says(200, aModel), says(200, aModel), says(200, aModel))
	client := server.connect(inTeamA)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if _, err := client.Model(t.Context(), "m"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, request := range server.got {
		if request.Header.Get(mlflow.WorkspaceHeader) != "team-a" {
			t.Errorf("%s %s names no workspace", request.Method, request.URL)
		}
	}
}

func TestWithoutAWorkspaceNothingIsLookedFor(t *testing.T) {
	_, err := serve(t, says(200, aModel)).connect().Model(t.Context(), "m")
	must(t, err)
}

// A server that cannot have the workspace gets no request of the registry, neither the first nor a later one.
func TestAServerWithoutTheWorkspaceIsLeftAlone(t *testing.T) {
	for name, one := range map[string]struct {
		script []reply
		kind   error
		text   string
	}{
		"before 3.10":    {[]reply{says(404, noPage)}, registry.ErrUnsupported, "They need MLflow 3.10 or newer"},
		"switched off":   {[]reply{says(200, workspacesOff)}, registry.ErrUnsupported, "--enable-workspaces"},
		"does not exist": {[]reply{says(200, workspacesOn), fails(404, "RESOURCE_DOES_NOT_EXIST", "Workspace 'team-a' not found")}, registry.ErrInvalid, "does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, one.script...).connect(inTeamA)
			for range 2 {
				_, err := client.Model(t.Context(), "m")
				wantKind(t, "model", err, one.kind)
				if err != nil && !strings.Contains(err.Error(), one.text) {
					t.Errorf("the error does not say %q: %v", one.text, err)
				}
			}
		})
	}
}

// A server that is away, or refuses the credentials, says nothing about the workspace: the next call asks again.
func TestAnUnansweredQuestionIsAskedAgain(t *testing.T) {
	client := serve(t, says(401, "You are not authenticated"), says(200, workspacesOn), says(200, "{}"), says(200, aModel)).connect(inTeamA)
	_, err := client.Model(t.Context(), "m")
	wantKind(t, "first", err, registry.ErrUnauthenticated)
	_, err = client.Model(t.Context(), "m")
	must(t, err)
}

// Another service's answer to the question is not taken for a server without workspaces.
func TestAnotherServiceIsNotAnOldServer(t *testing.T) {
	_, err := serve(t, says(200, `{"status": "ok"}`)).connect(inTeamA).Model(t.Context(), "m")
	wantKind(t, "other JSON", err, registry.ErrNotMLflow)
}

// A check that hangs holds up nobody whose context ends.
func TestWaitingForTheWorkspaceEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		client := connect(t, "http://registry", inTeamA, func(c *mlflow.Config) {
			c.MaxRetries = -1
			c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
				<-release
				return nil, errors.New("no route to host")
			})
		})
		var first sync.WaitGroup
		first.Go(func() { _, _ = client.Model(t.Context(), "m") })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		given := make(chan error, 1)
		go func() { _, err := client.Model(ctx, "m"); given <- err }()
		synctest.Wait() // It waits for the first one's check.
		cancel()
		if err := <-given; !errors.Is(err, context.Canceled) || !errors.Is(err, registry.ErrUnreachable) {
			t.Errorf("the cancelled call got %v", err)
		}
		close(release)
		first.Wait()
	})
}

// Calls that wait for a check share its failure: each with a check of its own, they would fail one after the other.
func TestAFailedCheckIsSharedByThoseWhoWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var attempts atomic.Int64
		release := make(chan struct{})
		client := connect(t, "http://registry", inTeamA, func(c *mlflow.Config) {
			c.MaxRetries = -1
			c.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
				attempts.Add(1)
				<-release
				return nil, errors.New("no route to host")
			})
		})
		ask := func() { _, err := client.Model(t.Context(), "m"); wantKind(t, "model", err, registry.ErrUnavailable) }
		var all sync.WaitGroup
		all.Go(ask)
		synctest.Wait()
		for range 9 {
			all.Go(ask)
		}
		synctest.Wait()
		close(release)
		all.Wait()
		if got := attempts.Load(); got != 1 {
			t.Errorf("%d attempts, want the one that all waited for", got)
		}
		time.Sleep(time.Millisecond) // In the bubble's own time.
		if ask(); attempts.Load() != 2 {
			t.Error("a later call does not check again")
		}
	})
}

// Calls that are told of one lasting answer do not write to it. The race detector (make test-races) sees it if they do.
func TestARefusedWorkspaceIsToldToManyAtOnce(t *testing.T) {
	client := serve(t, says(200, workspacesOff)).connect(inTeamA)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			_, err := client.Model(t.Context(), "m")
			wantKind(t, "model", err, registry.ErrUnsupported)
		})
	}
	all.Wait()
}

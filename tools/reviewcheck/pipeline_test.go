//go:build policies

package reviewcheck

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// pipeline is a checkout in which the commands of examples/ci run as a runner runs them.
type pipeline struct {
	*acctest.Registry

	t    *testing.T
	dir  string
	env  []string
	jobs func(t *testing.T, file, event string) []job
	// comment returns what the pipeline has written last for the people who review.
	comment func() string
}

const (
	served1 = `stage = "Production"` + "\n  " + `tags = { approved_by = "risk" }`
	staged  = `stage = "Staging"` + "\n  " + `tags = { approved_by = "risk" }`
)

// A promotion goes through the pipelines of GitHub and GitLab: proposed, commented, applied; drift is found the night after.
func TestPipelines(t *testing.T) {
	for name, jobs := range map[string]func(*testing.T, string, string) []job{"github": githubJobs, "gitlab": gitlabJobs} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, name, jobs)

			p.commit(model + version(1, served1) + version(2, staged))
			p.mustRun("init", "-input=false")
			p.mustRun("apply", "-input=false", "-auto-approve")

			p.commit(model + version(1, approved) + version(2, served1))
			if failed := p.run("promotion.yml", "pull_request"); failed != "" {
				t.Errorf("the pull request failed: %s", failed)
			}
			p.wantComment("- **fraud**: 1 leaves Production, 2 enters")
			p.wantHolder("1")
			if failed := p.run("promotion.yml", "push"); failed != "" {
				t.Errorf("the push failed: %s", failed)
			}
			p.wantHolder("2")

			if failed := p.run("drift.yml", "schedule"); failed != "" {
				t.Errorf("drift where nobody moved anything: %s", failed)
			}
			p.Transition(t, "fraud", "1", "Production", true)
			failed := p.run("drift.yml", "schedule")
			if !strings.Contains(failed, "exit status 2") || !strings.Contains(failed, "- **fraud**: 1 leaves Production, 2 enters, back from Archived") {
				t.Errorf("the drift was told as %q", failed)
			}

			p.commit(model + version(1, approved) + version(2, approved) + watched)
			p.mustRun("apply", "-input=false", "-auto-approve")
			if failed := p.run("drift.yml", "schedule"); !strings.Contains(failed, "check.candidate: Nobody is in Staging.") {
				t.Errorf("the failed check was told as %q", failed)
			}
			p.Transition(t, "fraud", "2", "Staging", false)
			if failed := p.run("drift.yml", "schedule"); failed != "" {
				t.Errorf("drift where the check passes: %s", failed)
			}
		})
	}
}

// What the policies deny is commented, fails the pull request, and is not applied.
func TestPipelines_refusal(t *testing.T) {
	for name, jobs := range map[string]func(*testing.T, string, string) []job{"github": githubJobs, "gitlab": gitlabJobs} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, name, jobs)
			p.commit(model + version(1, served1))
			p.mustRun("init", "-input=false")
			p.mustRun("apply", "-input=false", "-auto-approve")
			p.commit(model + version(1, approved) + version(2, served1))
			const refusal = "fraud: a new version enters Production without Staging"
			for _, event := range []string{"pull_request", "push"} {
				if failed := p.run("promotion.yml", event); !strings.Contains(failed, refusal) {
					t.Errorf("%s was not refused: %q", event, failed)
				}
			}
			p.wantComment("- " + refusal)
			p.wantHolder("1")
		})
	}
}

// Both say the same with the same commands, whoever runs them.
func TestPipelines_sameCommands(t *testing.T) {
	lines := func(jobs []job) []string {
		var found []string
		for _, one := range jobs {
			for _, command := range one.commands {
				for line := range strings.Lines(command.script) {
					if line = strings.TrimSpace(line); strings.HasPrefix(line, "terraform ") || strings.HasPrefix(line, "opa ") {
						found = append(found, line)
					}
				}
			}
		}
		return found
	}
	for file, events := range map[string][]string{"promotion.yml": {"pull_request", "push"}, "drift.yml": {"schedule"}} {
		for _, event := range events {
			github, gitlab := lines(githubJobs(t, file, event)), lines(gitlabJobs(t, file, event))
			if len(github) == 0 || !slices.Equal(github, gitlab) {
				t.Errorf("%s on %s: GitHub runs\n  %s\nGitLab runs\n  %s", file, event, strings.Join(github, "\n  "), strings.Join(gitlab, "\n  "))
			}
		}
	}
}

func newPipeline(t *testing.T, name string, jobs func(*testing.T, string, string) []job) *pipeline {
	t.Helper()
	cli, provider := acctest.CLI(t), acctest.ProviderBinary(t)
	p := &pipeline{Registry: acctest.NewEmbeddedRegistry(t), t: t, dir: t.TempDir(), jobs: jobs}

	// The recipes, as a team has them in its own repository.
	if err := os.CopyFS(filepath.Join(p.dir, "review"), os.DirFS(review)); err != nil {
		t.Fatal(err)
	}
	// The provider, where Terraform looks for it before it asks a registry.
	plugins := filepath.Join(p.dir, "terraform.d/plugins/registry.terraform.io/mlregistry/mlregistry/0.0.1", runtime.GOOS+"_"+runtime.GOARCH)
	programs := t.TempDir()
	for link, target := range map[string]string{
		filepath.Join(plugins, "terraform-provider-mlregistry_v0.0.1"): provider,
		filepath.Join(programs, "terraform"):                           cli,
		filepath.Join(programs, "opa"):                                 os.Getenv("OPA"),
	} {
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	p.env = []string{
		"PATH=" + programs + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"CHECKPOINT_DISABLE=1",
		"TF_IN_AUTOMATION=true",
		"MLFLOW_TRACKING_URI=" + p.URI,
		"GITHUB_STEP_SUMMARY=" + filepath.Join(p.dir, "summary.md"),
	}
	if name == "github" {
		p.standInForGitHub(programs)
	} else {
		p.standInForGitLab()
	}
	return p
}

// standInForGitHub puts a program gh on PATH that takes a comment as GitHub's own does and keeps it: the real one talks to
// github.com only.
func (p *pipeline) standInForGitHub(programs string) {
	p.t.Helper()
	kept := filepath.Join(p.t.TempDir(), "comment.md")
	script := fmt.Sprintf(`#!/bin/sh
set -eu
test "$*" = "pr comment https://github.com/team/models/pull/1 --body-file comment.md --edit-last --create-if-none"
test "$GH_TOKEN" = secret
cp comment.md %q
`, kept)
	if err := os.WriteFile(filepath.Join(programs, "gh"), []byte(script), 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.comment = func() string {
		content, err := os.ReadFile(kept)
		if err != nil {
			p.t.Error(err)
		}
		return string(content)
	}
}

// standInForGitLab serves the one endpoint of GitLab's API that the pipeline calls.
func (p *pipeline) standInForGitLab() {
	p.t.Helper()
	var posted atomic.Value
	p.comment = func() string {
		comment, _ := posted.Load().(string)
		return comment
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodPost || r.URL.Path != "/api/v4/projects/7/merge_requests/1/notes":
			http.NotFound(w, r)
		case r.Header.Get("PRIVATE-TOKEN") != "secret":
			http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
		default:
			posted.Store(r.FormValue("body"))
			w.WriteHeader(http.StatusCreated)
		}
	}))
	p.t.Cleanup(server.Close)
	p.env = append(p.env, "CI_API_V4_URL="+server.URL+"/api/v4", "CI_PROJECT_ID=7", "CI_MERGE_REQUEST_IID=1", "GITLAB_TOKEN=secret")
}

// commit replaces the configuration.
func (p *pipeline) commit(configuration string) {
	p.t.Helper()
	whole := acctest.Requirements + `
provider "mlregistry" {}
` + configuration
	if err := os.WriteFile(filepath.Join(p.dir, "main.tf"), []byte(whole), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// run runs the jobs of a pipeline until one fails, and returns the output of that and how it ended.
func (p *pipeline) run(file, event string) (failed string) {
	p.t.Helper()
	ran := 0
	for _, one := range p.jobs(p.t, file, event) {
		for _, command := range one.commands {
			if command.after != (failed != "") {
				continue
			}
			ran++
			output, err := p.bash(command)
			if command.after {
				failed += output
			} else if err != nil {
				failed = fmt.Sprintf("%s: %s: %v\n%s", one.name, command.script, err, output)
			}
		}
		if failed != "" {
			return failed
		}
	}
	if ran == 0 {
		p.t.Fatalf("%s runs nothing on %s", file, event)
	}
	return ""
}

// bash runs a script as both runners do: it ends with the first command that fails.
func (p *pipeline) bash(c command) (string, error) {
	p.t.Helper()
	summary := filepath.Join(p.dir, "summary.md")
	if err := os.WriteFile(summary, nil, 0o600); err != nil {
		p.t.Fatal(err)
	}
	run := exec.Command("bash", "-e", "-c", c.script)
	run.Dir = p.dir
	run.Env = slices.Clone(p.env)
	for key, value := range c.env {
		switch value {
		case "${{ github.token }}":
			value = "secret"
		case "${{ github.event.pull_request.html_url }}":
			value = "https://github.com/team/models/pull/1"
		default:
			p.t.Fatalf("no value for %s", value)
		}
		run.Env = append(run.Env, key+"="+value)
	}
	output, err := run.CombinedOutput()
	said, _ := os.ReadFile(summary)
	return string(output) + string(said), err
}

func (p *pipeline) mustRun(args ...string) {
	p.t.Helper()
	if output, err := p.bash(command{script: "terraform " + strings.Join(args, " ")}); err != nil {
		p.t.Fatalf("terraform %v: %v\n%s", args, err, output)
	}
}

// wantComment checks that the comment has a line.
func (p *pipeline) wantComment(line string) {
	p.t.Helper()
	if comment := p.comment(); !slices.Contains(strings.Split(strings.TrimSpace(comment), "\n"), line) {
		p.t.Errorf("the comment has no line %q:\n%s", line, comment)
	}
}

func (p *pipeline) wantHolder(version string) {
	p.t.Helper()
	if got := p.Holders(p.t, "fraud", "Production"); !slices.Equal(got, []string{version}) {
		p.t.Errorf("Production is held by %v, want %s", got, version)
	}
}
